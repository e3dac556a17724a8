import { useQueryClient } from '@tanstack/react-query';
import { KeyRound, ShieldCheck } from 'lucide-react';
import { useState } from 'react';
import { api } from '~/api/bidd';
import type { Company } from '~/api/types';
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
import { toast } from '~/shared/ui/Toast';
import { useForm } from '~/shared/ui/useForm';
import { companyState } from '~/shared/words/glossary';
import { NeedsCompany } from './NeedsCompany';
import { companyKey, useCompany } from './queries';
import styles from './SettingsPage.module.css';

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
    initial: { merchantId: '', merchantKey: '' },
    validate: (values) => ({
      ...(values.merchantId.trim() ? {} : { merchantId: '가맹점 코드를 적어 주세요.' }),
      ...(values.merchantKey.trim() ? {} : { merchantKey: '시크릿 키를 적어 주세요.' }),
    }),
    submit: async (values) => {
      await api.setMerchant(company.id, {
        merchantId: values.merchantId.trim(),
        merchantKey: values.merchantKey.trim(),
      });
      await client.invalidateQueries({ queryKey: companyKey(company.id) });
      toast.done('결제키를 저장했어요.');
      onDone();
    },
  });
  return (
    <form {...form.formProps} className={formClass()}>
      <div className={styles.fields}>
        <TextField
          label="가맹점 코드 (CID)"
          {...form.field('merchantId')}
          onChange={(value) => form.set('merchantId', value.toUpperCase())}
          placeholder="TC0ONETIME"
          maxLength={10}
          help="영문 대문자와 숫자 10자리예요."
        />
        <TextField
          label="시크릿 키"
          type="password"
          {...form.field('merchantKey')}
          autoComplete="off"
          maxLength={100}
          help="암호화해서 보관하고, 저장한 뒤에는 누구에게도 다시 보여 주지 않아요."
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
        손님이 결제한 돈은 카카오페이 가맹점({company.merchantId})으로 바로 들어가요.
      </Notice>
    );
  }
  return (
    <>
      {!company.merchantConfigured && (
        <Notice tone="warning" icon={<KeyRound size={20} />} title="결제키가 아직 없어요">
          결제키가 있어야 타임딜이 열려요. 카카오페이 가맹점 관리자에서 확인할 수 있어요.
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
            <Section title="카카오페이 결제키" lead="타임딜의 결제는 우리 가게의 가맹점 계정으로 이루어져요.">
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
