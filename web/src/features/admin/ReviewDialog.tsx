import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useId, useState } from 'react';
import { api } from '~/api/bidd';
import type { Company } from '~/api/types';
import { businessNumber, phone } from '~/shared/format/identity';
import { object } from '~/shared/format/josa';
import { Button } from '~/shared/ui/Button';
import { Dialog } from '~/shared/ui/Dialog';
import { TextField } from '~/shared/ui/Field';
import { FormProblem, formClass } from '~/shared/ui/Form';
import { Facts } from '~/shared/ui/Page';
import { toast } from '~/shared/ui/Toast';
import { useForm } from '~/shared/ui/useForm';
import { wordsFor } from '~/shared/words/errors';

function ApplicationFacts({ company }: { company: Company }) {
  return (
    <Facts
      facts={[
        { label: '사업자등록번호', value: businessNumber(company.businessNumber) },
        { label: '대표자', value: company.representative },
        { label: '통신판매업 신고번호', value: company.mailOrderNumber },
        { label: '타임딜 주소', value: company.slug },
        { label: '이메일', value: company.contactEmail },
        { label: '전화번호', value: phone(company.contactPhone) },
        ...(company.rejectedReason ? [{ label: '반려한 이유', value: company.rejectedReason }] : []),
      ]}
    />
  );
}

function Rejection({
  company,
  onBack,
  onDone,
}: {
  company: Company;
  onBack: () => void;
  onDone: () => void;
}) {
  const formId = useId();
  const form = useForm({
    initial: { reason: '' },
    validate: ({ reason }) =>
      reason.trim() ? {} : { reason: '반려하는 이유를 적어 주세요. 신청한 분에게 보여요.' },
    submit: async ({ reason }) => {
      await api.reject(company.id, reason.trim());
      toast.done(`${company.name}의 신청을 반려했어요.`);
      onDone();
    },
  });
  return (
    <Dialog
      isOpen
      onClose={onBack}
      title={`${company.name}의 신청을 반려할까요?`}
      actions={
        <>
          <Button look="secondary" onPress={onBack} isDisabled={form.isPending}>
            그대로 두기
          </Button>
          <Button look="danger" type="submit" form={formId} isPending={form.isPending}>
            반려하기
          </Button>
        </>
      }
    >
      <form id={formId} {...form.formProps} className={formClass()}>
        <TextField label="반려하는 이유" {...form.field('reason')} multiline maxLength={500} autoFocus />
        <FormProblem problem={form.problem} />
      </form>
    </Dialog>
  );
}

/** One application with everything that it says, and the decision. */
export function ReviewDialog({ company, onClose }: { company: Company; onClose: () => void }) {
  const client = useQueryClient();
  const [rejecting, setRejecting] = useState(false);
  const done = () => {
    void client.invalidateQueries({ queryKey: ['admin', 'companies'] });
    onClose();
  };
  const approve = useMutation({
    mutationFn: () => api.approve(company.id),
    onSuccess: () => {
      toast.done(`${object(company.name)} 승인했어요.`);
      done();
    },
    onError: (error) => toast.failed(wordsFor(error)),
  });
  if (rejecting) return <Rejection company={company} onBack={() => setRejecting(false)} onDone={done} />;
  return (
    <Dialog
      isOpen
      onClose={onClose}
      title={company.name}
      actions={
        company.state === 'applied' && (
          <>
            <Button look="secondary" onPress={() => setRejecting(true)} isDisabled={approve.isPending}>
              반려하기
            </Button>
            <Button onPress={() => approve.mutate()} isPending={approve.isPending}>
              승인하기
            </Button>
          </>
        )
      }
    >
      <ApplicationFacts company={company} />
    </Dialog>
  );
}
