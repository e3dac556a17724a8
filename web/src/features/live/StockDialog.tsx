import { useQueryClient } from '@tanstack/react-query';
import { useId } from 'react';
import { api } from '~/api/bidd';
import type { Product } from '~/api/types';
import { productsKey } from '~/features/product/queries';
import { pieces } from '~/shared/format/number';
import { Button } from '~/shared/ui/Button';
import { Dialog } from '~/shared/ui/Dialog';
import { AmountField } from '~/shared/ui/Field';
import { FormProblem, formClass } from '~/shared/ui/Form';
import { toast } from '~/shared/ui/Toast';
import { useForm } from '~/shared/ui/useForm';

interface StockDialogProps {
  company: string;
  rental: string;
  product: Product;
  onClose: () => void;
}

/** How many pieces there are in all, changed while the deal is open. */
export function StockDialog({ company, rental, product, onClose }: StockDialogProps) {
  const client = useQueryClient();
  const formId = useId();
  const form = useForm<{ stock: number | null }>({
    initial: { stock: product.stock },
    validate: ({ stock }) => (stock === null ? { stock: '수량을 적어 주세요.' } : {}),
    submit: async ({ stock }) => {
      await api.changeLive(company, rental, {
        stock: [{ product: product.id, stock: stock ?? product.stock }],
      });
      await client.invalidateQueries({ queryKey: productsKey(rental) });
      toast.done('재고를 바꿨어요. 손님 화면에는 잠시 뒤에 보여요.');
      onClose();
    },
  });
  return (
    <Dialog
      isOpen
      onClose={onClose}
      title="재고를 바꿀까요?"
      actions={
        <>
          <Button look="secondary" onPress={onClose} isDisabled={form.isPending}>
            그대로 두기
          </Button>
          <Button type="submit" form={formId} isPending={form.isPending}>
            재고 바꾸기
          </Button>
        </>
      }
    >
      <form id={formId} {...form.formProps} className={formClass('compact')}>
        <AmountField
          label={product.name}
          unit="개"
          {...form.field('stock')}
          max={1_000_000}
          help={`지금은 모두 ${pieces(product.stock)}예요. 이미 팔렸거나 맡아 둔 수량보다 줄어들지는 않아요.`}
          autoFocus
        />
        <FormProblem problem={form.problem} />
      </form>
    </Dialog>
  );
}
