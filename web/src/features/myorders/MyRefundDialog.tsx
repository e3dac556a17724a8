import { useId } from 'react';
import type { Order } from '~/api/types';
import { pieces, won } from '~/shared/format/number';
import { Button } from '~/shared/ui/Button';
import { Dialog } from '~/shared/ui/Dialog';
import { TextField } from '~/shared/ui/Field';
import { FormProblem, formClass } from '~/shared/ui/Form';
import { Facts } from '~/shared/ui/Page';
import { toast } from '~/shared/ui/Toast';
import { useForm } from '~/shared/ui/useForm';
import { providers } from '~/shared/words/glossary';
import { useRefund } from './queries';
import { payMethod } from './words';

/** What goes back, how much and where to, before it is asked for. */
export function MyRefundDialog({ order, onClose }: { order: Order; onClose: () => void }) {
  const refund = useRefund(order.id);
  const formId = useId();
  const form = useForm({
    initial: { reason: '' },
    validate: ({ reason }) =>
      reason.trim() ? {} : { reason: '환불하는 이유를 적어 주세요. 판매자에게 전해요.' },
    submit: async ({ reason }) => {
      await refund.mutateAsync(reason.trim());
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
      <form id={formId} {...form.formProps} className={formClass()}>
        <Facts
          facts={[
            { label: '상품', value: `${order.product.name} ${pieces(order.quantity)}` },
            { label: '환불할 금액', value: won(order.amount) },
            { label: '돌려받는 곳', value: payMethod(order) },
          ]}
        />
        <TextField label="환불하는 이유" {...form.field('reason')} maxLength={200} autoFocus />
        <FormProblem problem={form.problem} />
      </form>
    </Dialog>
  );
}
