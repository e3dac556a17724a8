import type { Product } from '~/api/deal';
import { pieces } from '~/shared/format/number';
import { Bar } from '~/shared/parts/Bar';
import { Picture } from '~/shared/parts/Picture';
import { Price } from '~/shared/parts/Price';
import { Skeleton } from '~/shared/parts/Skeleton';
import styles from './Goods.module.css';
import { stockWords } from './stock';

/** What is left of a product: the figure, and a bar for the eye. */
export function Stock({ product }: { product: Product }) {
  const words = stockWords(product.left, product.stock);
  return (
    <div className={styles.stock}>
      <span className={styles.left} data-tone={words.tone}>
        {words.text}
      </span>
      <Bar value={product.left} max={product.stock} label={`${product.name} 남은 수량`} tone={words.tone} />
    </div>
  );
}

function Single({ product }: { product: Product }) {
  return (
    <article className={styles.single}>
      <Picture url={product.imageUrl} size="full" />
      <div className={styles.words}>
        <h2 className={styles.name}>{product.name}</h2>
        <Price price={product.price} listPrice={product.listPrice} size="large" />
        <p className={styles.note}>
          준비한 수량 {pieces(product.stock)} · 한 사람에 {pieces(product.perShopperMax)}까지
        </p>
      </div>
    </article>
  );
}

function Row({ product }: { product: Product }) {
  return (
    <li className={styles.row}>
      <Picture url={product.imageUrl} size="thumb" />
      <div className={styles.words}>
        <p className={styles.rowName}>{product.name}</p>
        <Price price={product.price} listPrice={product.listPrice} />
        <p className={styles.note}>
          준비한 수량 {pieces(product.stock)} · 한 사람에 {pieces(product.perShopperMax)}까지
        </p>
      </div>
    </li>
  );
}

/** What the deal sells, to look at. `compact` leaves room for what matters more at the moment. */
export function Goods({ products, compact = false }: { products: Product[] | null; compact?: boolean }) {
  if (products === null) {
    return (
      <div className={styles.card} role="status">
        <span className="visually-hidden">상품을 불러오고 있어요</span>
        <Skeleton height={compact ? 72 : 320} />
      </div>
    );
  }
  const [only] = products;
  if (only && products.length === 1 && !compact) return <Single product={only} />;
  return (
    <section className={styles.card} aria-label="파는 상품">
      <ul className={styles.rows}>
        {products.map((product) => (
          <Row key={product.id} product={product} />
        ))}
      </ul>
    </section>
  );
}
