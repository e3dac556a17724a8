import { useMutation, useQueryClient } from '@tanstack/react-query';
import { ImageOff, Package, Pencil, Plus, Trash2 } from 'lucide-react';
import { useState } from 'react';
import { api } from '~/api/bidd';
import type { Product, Rental } from '~/api/types';
import { rentalKey } from '~/features/rental/queries';
import { useServerNow } from '~/shared/clock';
import { subject } from '~/shared/format/josa';
import { discountPercent, pieces, won } from '~/shared/format/number';
import { millis } from '~/shared/format/time';
import { SkeletonRows } from '~/shared/parts/Skeleton';
import { Empty } from '~/shared/parts/States';
import { Button } from '~/shared/ui/Button';
import { Confirm } from '~/shared/ui/Dialog';
import { Loaded } from '~/shared/ui/Loaded';
import { Section } from '~/shared/ui/Page';
import { toast } from '~/shared/ui/Toast';
import { wordsFor } from '~/shared/words/errors';
import { ProductDialog } from './ProductDialog';
import styles from './ProductsPanel.module.css';
import { productsKey, useProducts } from './queries';

interface RowProps {
  product: Product;
  editable: boolean;
  onEdit: () => void;
  onRemove: () => void;
}

function Row({ product, editable, onEdit, onRemove }: RowProps) {
  const discount = discountPercent(product.listPrice, product.price);
  return (
    <li className={styles.row}>
      {product.image ? (
        <img src={product.image.url} alt="" className={styles.picture} loading="lazy" />
      ) : (
        <span className={styles.picture} aria-hidden="true">
          <ImageOff size={24} />
        </span>
      )}
      <div className={styles.words}>
        <h3 className={styles.name}>{product.name}</h3>
        <p className={styles.price}>
          {discount > 0 && <strong className={styles.discount}>{discount}%</strong>}
          <strong>{won(product.price)}</strong>
          {discount > 0 && <s>{won(product.listPrice)}</s>}
        </p>
        <p className={styles.soft}>
          재고 {pieces(product.stock)} · 한 사람에 {pieces(product.perShopperMax)}까지
        </p>
      </div>
      {editable && (
        <div className={styles.actions}>
          <Button
            look="secondary"
            size="small"
            icon={<Pencil size={16} />}
            aria-label={`${product.name} 고치기`}
            onPress={onEdit}
          >
            고치기
          </Button>
          <Button look="quiet" size="small" aria-label={`${product.name} 지우기`} onPress={onRemove}>
            <Trash2 size={18} />
          </Button>
        </div>
      )}
    </li>
  );
}

/** What is for sale. It can be changed until the server is being made ready. */
export function ProductsPanel({ company, rental }: { company: string; rental: Rental }) {
  const client = useQueryClient();
  const query = useProducts(company, rental.id);
  const [edited, setEdited] = useState<Product | 'new' | null>(null);
  const [doomed, setDoomed] = useState<Product | null>(null);
  const now = useServerNow();
  const editable = now < millis(rental.productsEditableUntil ?? 0);
  const remove = useMutation({
    mutationFn: (product: Product) => api.removeProduct(company, rental.id, product.id),
    onSuccess: async () => {
      setDoomed(null);
      await Promise.all([
        client.invalidateQueries({ queryKey: productsKey(rental.id) }),
        client.invalidateQueries({ queryKey: rentalKey(rental.id) }),
      ]);
      toast.done('상품을 지웠어요.');
    },
    onError: (error) => toast.failed(wordsFor(error)),
  });
  const add = (
    <Button icon={<Plus size={18} />} onPress={() => setEdited('new')}>
      상품 등록하기
    </Button>
  );
  return (
    <Section
      title="상품"
      lead={editable ? '서버를 준비하기 전까지 바꿀 수 있어요.' : '서버 준비가 시작돼 더 바꿀 수 없어요.'}
      action={editable && (query.data?.length ?? 0) > 0 && add}
    >
      <Loaded query={query} skeleton={<SkeletonRows count={3} height={96} />}>
        {(products) =>
          products.length === 0 ? (
            <Empty icon={<Package size={28} />} title="아직 등록한 상품이 없어요" action={editable && add}>
              {editable && '사진과 가격, 재고를 적으면 손님 화면에 바로 보여요.'}
            </Empty>
          ) : (
            <ul className={styles.list}>
              {products.map((product) => (
                <Row
                  key={product.id}
                  product={product}
                  editable={editable}
                  onEdit={() => setEdited(product)}
                  onRemove={() => setDoomed(product)}
                />
              ))}
            </ul>
          )
        }
      </Loaded>
      {edited && (
        <ProductDialog
          company={company}
          rental={rental.id}
          product={edited === 'new' ? null : edited}
          onClose={() => setEdited(null)}
        />
      )}
      <Confirm
        isOpen={doomed !== null}
        onClose={() => setDoomed(null)}
        title="상품을 지울까요?"
        confirm="상품 지우기"
        danger
        isPending={remove.isPending}
        onConfirm={() => doomed && remove.mutate(doomed)}
      >
        {subject(doomed?.name ?? '')} 이 타임딜에서 빠져요. 되돌릴 수 없어요.
      </Confirm>
    </Section>
  );
}
