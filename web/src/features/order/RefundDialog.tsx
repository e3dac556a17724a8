import { useQueryClient } from '@tanstack/react-query';
import { useId } from 'react';
import { api } from '~/api/bidd';
import type { Order } from '~/api/types';
import { won } from '~/shared/format/number';
import { Button } from '~/shared/ui/Button';
import { Dialog } from '~/shared/ui/Dialog';
import { TextField } from '~/shared/ui/Field';
import { FormProblem, formClass } from '~/shared/ui/Form';
import { Facts } from '~/shared/ui/Page';
import { toast } from '~/shared/ui/Toast';
import { useForm } from '~/shared/ui/useForm';
import { providers } from '~/shared/words/glossary';
import { allOrdersKey } from './queries';

interface RefundDialogProps {
  company: string;
  order: Order;
  onClose: () => void;
}

/** A refund, with what it comes to before it is given. */
export function RefundDialog({ company, order, onClose }: RefundDialogProps) {
  const client = useQueryClient();
  const formId = useId();
  const form = useForm({
    initial: { reason: '' },
    validate: ({ reason }) =>
      reason.trim() ? {} : { reason: '환불하는 이유를 적어 주세요. 손님에게 보여요.' },
    submit: async ({ reason }) => {
      await api.refund(company, order.id, reason.trim());
      await client.invalidateQueries({ queryKey: allOrdersKey });
      toast.done(`환불을 시작했어요. ${providers[order.provider]}에서 확인되면 끝나요.`);
      onClose();
    },
  });
  return (
    <Dialog
      isOpen
      onClose={onClose}
      title="주문을 환불할까요?"
      actions={
        <>
          <Button look="secondary" onPress={onClose} isDisabled={form.isPending}>
            그대로 두기
          </Button>
          <Button look="danger" type="submit" form={formId} isPending={form.isPending}>
            {won(order.amount)} 환불하기
          </Button>
        </>
      }
    >
      <form id={formId} {...form.formProps} className={formClass('compact')}>
        <Facts
          facts={[
            { label: '상품', value: `${order.product.name} × ${order.quantity}` },
            { label: '받는 분', value: order.delivery.recipient },
            { label: '환불할 금액', value: won(order.amount) },
          ]}
        />
        <TextField label="환불하는 이유" {...form.field('reason')} maxLength={200} autoFocus />
        <FormProblem problem={form.problem} />
      </form>
    </Dialog>
  );
}
