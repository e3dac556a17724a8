import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useId } from 'react';
import { api } from '~/api/bidd';
import type { Product } from '~/api/types';
import { rentalKey } from '~/features/rental/queries';
import { discountPercent, won } from '~/shared/format/number';
import { Button } from '~/shared/ui/Button';
import { Dialog } from '~/shared/ui/Dialog';
import { AmountField, TextField } from '~/shared/ui/Field';
import { FormProblem, formClass, Pair } from '~/shared/ui/Form';
import { ImageField } from '~/shared/ui/ImageField';
import { toast } from '~/shared/ui/Toast';
import { useForm } from '~/shared/ui/useForm';
import { wordsFor } from '~/shared/words/errors';
import { type Draft, draftOf, draftProblems, emptyDraft, sentDraft } from './draft';
import { productsKey } from './queries';

interface ProductDialogProps {
  company: string;
  rental: string;
  /** The product to change; none for a new one. */
  product: Product | null;
  onClose: () => void;
}

/** A product with its picture: new, or changed. */
export function ProductDialog({ company, rental, product, onClose }: ProductDialogProps) {
  const client = useQueryClient();
  const formId = useId();
  const form = useForm<Draft>({
    initial: product ? draftOf(product) : emptyDraft,
    validate: draftProblems,
    submit: async (typed) => {
      const draft = sentDraft(typed);
      if (product) await api.changeProduct(company, rental, product.id, draft);
      else await api.addProduct(company, rental, draft);
      await Promise.all([
        client.invalidateQueries({ queryKey: productsKey(rental) }),
        client.invalidateQueries({ queryKey: rentalKey(rental) }),
      ]);
      toast.done(product ? '상품을 고쳤어요.' : '상품을 등록했어요.');
      onClose();
    },
  });
  const upload = useMutation({
    mutationFn: (file: File) => api.uploadImage(company, file),
    onSuccess: (image) => {
      form.set('image', image);
    },
  });
  const { listPrice, price } = form.values;
  const discount = listPrice !== null && price !== null ? discountPercent(listPrice, price) : 0;
  return (
    <Dialog
      isOpen
      onClose={onClose}
      title={product ? '상품 고치기' : '상품 등록'}
      size="wide"
      actions={
        <>
          <Button look="secondary" onPress={onClose} isDisabled={form.isPending}>
            닫기
          </Button>
          <Button type="submit" form={formId} isPending={form.isPending} isDisabled={upload.isPending}>
            {product ? '고친 내용 저장하기' : '상품 등록하기'}
          </Button>
        </>
      }
    >
      <form id={formId} {...form.formProps} className={formClass('compact')}>
        <ImageField
          label="사진"
          help="5MB보다 작은 PNG, JPEG, WebP. 정사각형이 가장 잘 보여요."
          url={form.values.image?.url ?? null}
          error={upload.error ? wordsFor(upload.error) : form.errors.image}
          onPick={(file) => upload.mutate(file)}
          isUploading={upload.isPending}
        />
        <TextField label="상품 이름" {...form.field('name')} maxLength={60} />
        <TextField label="설명" {...form.field('description')} multiline optional maxLength={2_000} />
        <Pair>
          <AmountField label="정가" unit="원" {...form.field('listPrice')} max={100_000_000} />
          <AmountField
            label="판매가"
            unit="원"
            {...form.field('price')}
            max={100_000_000}
            help={
              discount > 0 && price !== null ? `${discount}% 할인된 ${won(price)}으로 보여요.` : undefined
            }
          />
        </Pair>
        <Pair>
          <AmountField label="재고" unit="개" {...form.field('stock')} max={1_000_000} />
          <AmountField
            label="한 사람이 살 수 있는 수량"
            unit="개"
            {...form.field('perShopperMax')}
            max={100}
          />
        </Pair>
        <FormProblem problem={form.problem} />
      </form>
    </Dialog>
  );
}
