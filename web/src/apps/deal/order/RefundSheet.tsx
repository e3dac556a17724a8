import { type FormEvent, useState } from 'react';
import type { Order } from '~/api/deal';
import { pieces, won } from '~/shared/format/number';
import { Notice } from '~/shared/parts/Notice';
import { Button } from '../parts/Button';
import { Field } from '../parts/Field';
import { Sheet } from '../parts/Sheet';
import type { OrderDesk } from './useOrder';

const reasonCharsMax = 200;

/** What goes back and why, before it does. */
export function RefundSheet({
  order,
  desk,
  onClose,
}: {
  order: Order;
  desk: OrderDesk;
  onClose: () => void;
}) {
  const [reason, setReason] = useState('');
  const [wrong, setWrong] = useState<string | undefined>();
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    if (!reason.trim()) {
      setWrong('환불하는 이유를 적어 주세요. 판매자에게 전해요.');
      return;
    }
    if (await desk.refund(reason.trim())) onClose();
  };
  return (
    <Sheet
      title="주문을 환불할까요?"
      onClose={onClose}
      actions={
        <>
          <Button look="secondary" onPress={onClose}>
            그대로 두기
          </Button>
          <Button
            look="danger"
            type="submit"
            form="refund"
            pending={desk.doing === 'refund' && '환불하고 있어요'}
          >
            {`${won(order.amount)} 환불하기`}
          </Button>
        </>
      }
    >
      <p>
        {order.product.name} {pieces(order.quantity)}를 취소하고 결제한 곳으로 모두 돌려드려요.
      </p>
      <form id="refund" onSubmit={submit} noValidate>
        <Field
          label="환불하는 이유"
          name="reason"
          value={reason}
          error={wrong}
          maxLength={reasonCharsMax}
          onChange={(value) => {
            setReason(value);
            setWrong(undefined);
          }}
        />
      </form>
      {desk.problem && (
        <Notice tone="danger" live>
          {desk.problem}
        </Notice>
      )}
    </Sheet>
  );
}
