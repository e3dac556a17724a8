import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useId } from 'react';
import { api } from '~/api/bidd';
import type { Product, ProductDraft, UploadedImage } from '~/api/types';
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
import { productsKey } from './queries';

interface Draft {
  name: string;
  description: string;
  listPrice: number | null;
  price: number | null;
  stock: number | null;
  perShopperMax: number | null;
  image: UploadedImage | null;
}

const empty: Draft = {
  name: '',
  description: '',
  listPrice: null,
  price: null,
  stock: null,
  perShopperMax: 1,
  image: null,
};

export function productProblems(draft: Draft): Partial<Record<keyof Draft, string>> {
  const found: Partial<Record<keyof Draft, string>> = {};
  if (!draft.name.trim()) found.name = '상품 이름을 적어 주세요.';
  if (draft.listPrice === null) found.listPrice = '정가를 적어 주세요.';
  if (draft.price === null || draft.price < 1) found.price = '판매가를 적어 주세요.';
  if (draft.stock === null || draft.stock < 1) found.stock = '재고를 1개 이상 적어 주세요.';
  if (draft.perShopperMax === null || draft.perShopperMax < 1) found.perShopperMax = '1개 이상 적어 주세요.';
  if (draft.listPrice !== null && draft.price !== null && draft.price > draft.listPrice) {
    found.price = '판매가가 정가보다 높아요.';
  }
  if (draft.stock !== null && draft.perShopperMax !== null && draft.perShopperMax > draft.stock) {
    found.perShopperMax = '재고보다 많아요.';
  }
  return found;
}

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
    initial: product ? { ...product, image: product.image ?? null } : empty,
    validate: productProblems,
    submit: async ({ name, description, listPrice, price, stock, perShopperMax, image }) => {
      const draft = {
        name: name.trim(),
        description: description.trim(),
        listPrice,
        price,
        stock,
        perShopperMax,
        image: image?.id ?? null,
      };
      if (product) await api.changeProduct(company, rental, product.id, draft as ProductDraft);
      else await api.addProduct(company, rental, draft as ProductDraft);
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
