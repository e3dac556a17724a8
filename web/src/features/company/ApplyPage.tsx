import { useQueryClient } from '@tanstack/react-query';
import { api } from '~/api/bidd';
import type { CompanyApplication } from '~/api/types';
import { useSession } from '~/features/session/session';
import { businessNumber, phone, phoneToE164 } from '~/shared/format/identity';
import { PhoneActionBar } from '~/shared/parts/PhoneActionBar';
import { SkeletonRows } from '~/shared/parts/Skeleton';
import { bidd } from '~/shared/paths';
import { Button } from '~/shared/ui/Button';
import { TextField } from '~/shared/ui/Field';
import { FieldGroup, FormProblem, formClass, Pair } from '~/shared/ui/Form';
import { Loaded } from '~/shared/ui/Loaded';
import { Page } from '~/shared/ui/Page';
import { useForm } from '~/shared/ui/useForm';
import { useNavigate } from '~/shared/ui/useNavigate';
import { applicationOf, applicationProblems, emptyApplication } from './application';
import { useCompany } from './queries';

function ApplicationForm({ initial }: { initial: CompanyApplication }) {
  const client = useQueryClient();
  const navigate = useNavigate();
  const form = useForm<CompanyApplication>({
    initial,
    validate: applicationProblems,
    submit: async (values) => {
      await api.apply({
        ...values,
        businessNumber: businessNumber(values.businessNumber),
        contactPhone: phoneToE164(values.contactPhone),
      });
      await client.invalidateQueries({ queryKey: ['company'] });
      await client.invalidateQueries({ queryKey: ['me'] });
      navigate(bidd.home());
    },
  });
  const domain = location.host.replace(/^bidd\./, 'ddib.');
  return (
    <form {...form.formProps} className={formClass('card')}>
      <FieldGroup title="가게">
        <TextField
          label="가게 이름"
          {...form.field('name')}
          maxLength={40}
          autoComplete="organization"
          help="손님에게 보이는 이름이에요."
        />
        <TextField
          label="타임딜 주소"
          {...form.field('slug')}
          onChange={(value) => form.set('slug', value.toLowerCase())}
          suffix={`.${domain}`}
          maxLength={30}
          help="영문 소문자로 시작해 3자에서 30자까지 쓸 수 있어요. 나중에 바꿀 수 없어요."
        />
      </FieldGroup>
      <FieldGroup title="사업자 정보">
        <Pair>
          <TextField
            label="사업자등록번호"
            {...form.field('businessNumber')}
            onBlur={() => form.set('businessNumber', businessNumber(form.values.businessNumber))}
            inputMode="numeric"
            placeholder="123-45-67891"
            maxLength={12}
          />
          <TextField label="대표자 이름" {...form.field('representative')} maxLength={30} />
        </Pair>
        <TextField
          label="통신판매업 신고번호"
          {...form.field('mailOrderNumber')}
          placeholder="제2026-서울강남-0123호"
          maxLength={40}
        />
      </FieldGroup>
      <FieldGroup title="연락처" lead="심사하면서 여쭤볼 것이 있으면 여기로 연락드려요.">
        <Pair>
          <TextField
            label="이메일"
            type="email"
            {...form.field('contactEmail')}
            autoComplete="email"
            maxLength={100}
          />
          <TextField
            label="전화번호"
            type="tel"
            {...form.field('contactPhone')}
            onBlur={() => form.set('contactPhone', phone(form.values.contactPhone))}
            autoComplete="tel"
            placeholder="010-1234-5678"
            maxLength={20}
          />
        </Pair>
      </FieldGroup>
      <FormProblem problem={form.problem} />
      <PhoneActionBar>
        <Button type="submit" size="large" isPending={form.isPending}>
          신청하기
        </Button>
      </PhoneActionBar>
    </form>
  );
}

/** An application that was turned down is corrected, not typed anew. */
function Correction({ id }: { id: string }) {
  const query = useCompany(id);
  return (
    <Loaded query={query} skeleton={<SkeletonRows count={3} height={200} />}>
      {(company) => <ApplicationForm initial={applicationOf(company)} />}
    </Loaded>
  );
}

/** A company applies. Each error stands at its field; what was typed stays. */
export function ApplyPage() {
  const { me, company } = useSession();
  const rejected = company?.state === 'rejected';
  return (
    <Page
      width="form"
      title="입점 신청"
      lead="사업자 정보가 확인되면 타임딜을 열 수 있어요."
      {...(me.companies.length > 0 ? { back: { href: bidd.home(), label: '홈' } } : {})}
    >
      {rejected ? <Correction id={company.id} /> : <ApplicationForm initial={emptyApplication} />}
    </Page>
  );
}
