import { useQueryClient } from '@tanstack/react-query';
import { KeyRound, ShieldCheck } from 'lucide-react';
import { useState } from 'react';
import { api } from '~/api/bidd';
import type { Company, PaymentProvider } from '~/api/types';
import { useSession } from '~/features/session/session';
import { businessNumber, phone } from '~/shared/format/identity';
import { Badge } from '~/shared/parts/Badge';
import { Notice } from '~/shared/parts/Notice';
import { SkeletonRows } from '~/shared/parts/Skeleton';
import { Button } from '~/shared/ui/Button';
import { TextField } from '~/shared/ui/Field';
import { FormProblem, formClass } from '~/shared/ui/Form';
import { Loaded } from '~/shared/ui/Loaded';
import { Facts, Page, Section } from '~/shared/ui/Page';
import { RadioCards } from '~/shared/ui/RadioCards';
import { toast } from '~/shared/ui/Toast';
import { useForm } from '~/shared/ui/useForm';
import { companyState, providers } from '~/shared/words/glossary';
import { NeedsCompany } from './NeedsCompany';
import { companyKey, useCompany } from './queries';
import styles from './SettingsPage.module.css';

interface ProviderWords {
  /** What the choice means. */
  detail: string;
  id: { label: string; missing: string; placeholder: string; help: string; maxLength: number };
  keyHelp: string;
  /** Where one finds them. */
  where: string;
}

const providerWords: Record<PaymentProvider, ProviderWords> = {
  kakaoPay: {
    detail: '손님이 카카오톡으로 결제해요.',
    id: {
      label: '가맹점 코드 (CID)',
      missing: '가맹점 코드를 적어 주세요.',
      placeholder: 'TC0ONETIME',
      help: '영문 대문자와 숫자 10자리예요.',
      maxLength: 10,
    },
    keyHelp: '암호화해서 보관하고, 저장한 뒤에는 누구에게도 다시 보여 주지 않아요.',
    where: '카카오페이 가맹점 관리자에서 확인할 수 있어요.',
  },
  toss: {
    detail: '손님이 토스 결제창에서 카드와 간편결제로 결제해요.',
    id: {
      label: '클라이언트 키',
      missing: '클라이언트 키를 적어 주세요.',
      placeholder: 'live_ck_',
      help: '결제창 연동 키 가운데 test_ck_나 live_ck_로 시작하는 것이에요.',
      maxLength: 64,
    },
    keyHelp:
      '클라이언트 키와 짝인 test_sk_나 live_sk_로 시작하는 키예요. 암호화해서 보관하고, 다시 보여 주지 않아요.',
    where: '토스페이먼츠 개발자센터의 API 키에서 확인할 수 있어요.',
  },
};

const providerCards = (Object.keys(providers) as PaymentProvider[]).map((value) => ({
  value,
  title: providers[value],
  detail: providerWords[value].detail,
}));

function MerchantForm({
  company,
  onDone,
  onCancel,
}: {
  company: Company;
  onDone: () => void;
  onCancel?: () => void;
}) {
  const client = useQueryClient();
  const form = useForm({
    initial: {
      provider: company.merchantProvider ?? ('kakaoPay' as PaymentProvider),
      merchantId: '',
      merchantKey: '',
    },
    validate: (values) => ({
      ...(values.merchantId.trim() ? {} : { merchantId: providerWords[values.provider].id.missing }),
      ...(values.merchantKey.trim() ? {} : { merchantKey: '시크릿 키를 적어 주세요.' }),
    }),
    submit: async (values) => {
      await api.setMerchant(company.id, {
        provider: values.provider,
        merchantId: values.merchantId.trim(),
        merchantKey: values.merchantKey.trim(),
      });
      await client.invalidateQueries({ queryKey: companyKey(company.id) });
      toast.done('결제키를 저장했어요.');
      onDone();
    },
  });
  const { provider } = form.values;
  const words = providerWords[provider];
  const typed = (id: string) => (provider === 'kakaoPay' ? id.toUpperCase() : id);
  return (
    <form {...form.formProps} className={formClass()}>
      <div className={styles.fields}>
        <RadioCards
          label="결제사"
          layout="row"
          cards={providerCards}
          {...form.field('provider')}
          help={words.where}
        />
        <TextField
          label={words.id.label}
          {...form.field('merchantId')}
          onChange={(value) => form.set('merchantId', typed(value))}
          placeholder={words.id.placeholder}
          maxLength={words.id.maxLength}
          help={words.id.help}
        />
        <TextField
          label="시크릿 키"
          type="password"
          {...form.field('merchantKey')}
          autoComplete="off"
          maxLength={200}
          help={words.keyHelp}
        />
      </div>
      <FormProblem problem={form.problem} />
      <div className={styles.actions}>
        {onCancel && (
          <Button look="secondary" onPress={onCancel}>
            그대로 두기
          </Button>
        )}
        <Button type="submit" isPending={form.isPending}>
          결제키 저장하기
        </Button>
      </div>
    </form>
  );
}

function Merchant({ company }: { company: Company }) {
  const [changing, setChanging] = useState(false);
  if (company.merchantConfigured && !changing) {
    return (
      <Notice
        tone="success"
        icon={<ShieldCheck size={20} />}
        title="결제키가 등록돼 있어요"
        action={
          <Button look="secondary" size="small" onPress={() => setChanging(true)}>
            바꾸기
          </Button>
        }
      >
        손님이 결제한 돈은 {providers[company.merchantProvider ?? 'kakaoPay']}의 우리 가게 계정으로 바로
        들어가요. <span className={styles.account}>{company.merchantId}</span>
      </Notice>
    );
  }
  return (
    <>
      {!company.merchantConfigured && (
        <Notice tone="warning" icon={<KeyRound size={20} />} title="결제키가 아직 없어요">
          결제키가 있어야 타임딜이 열려요. 쓰고 있는 결제사를 고르고 그 결제사의 키를 등록해 주세요.
        </Notice>
      )}
      {changing && (
        <Notice tone="brand">
          이미 준비를 시작한 타임딜은 지금 결제키로 끝까지 진행하고, 지난 주문의 환불도 결제한 곳으로
          돌려드려요.
        </Notice>
      )}
      <MerchantForm
        company={company}
        onDone={() => setChanging(false)}
        {...(changing ? { onCancel: () => setChanging(false) } : {})}
      />
    </>
  );
}

function Settings({ id }: { id: string }) {
  const query = useCompany(id);
  return (
    <Loaded query={query} skeleton={<SkeletonRows count={2} height={220} />}>
      {(company) => (
        <>
          {company.state === 'approved' && (
            <Section title="결제키" lead="타임딜의 결제는 우리 가게의 가맹점 계정으로 이루어져요.">
              <Merchant company={company} />
            </Section>
          )}
          <Section title="가게 정보" action={<Badge {...companyState(company.state)} />}>
            <Facts
              facts={[
                { label: '가게 이름', value: company.name },
                {
                  label: '타임딜 주소',
                  value: `${company.slug}.${location.host.replace(/^bidd\./, 'ddib.')}`,
                },
                { label: '사업자등록번호', value: businessNumber(company.businessNumber) },
                { label: '대표자', value: company.representative },
                { label: '통신판매업 신고번호', value: company.mailOrderNumber },
                { label: '이메일', value: company.contactEmail },
                { label: '전화번호', value: phone(company.contactPhone) },
              ]}
            />
          </Section>
        </>
      )}
    </Loaded>
  );
}

/** The company's data and its merchant account. */
export function SettingsPage() {
  const { company } = useSession();
  return (
    <Page title="설정" width="form">
      {company ? <Settings id={company.id} /> : <NeedsCompany />}
    </Page>
  );
}
