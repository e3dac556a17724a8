import { discountPercent, won } from '../format/number';
import { cx } from './cx';
import styles from './Price.module.css';

interface PriceProps {
  price: number;
  listPrice: number;
  size?: 'small' | 'large';
}

/** What it costs now, by how much that is less, and what it costs otherwise. */
export function Price({ price, listPrice, size = 'small' }: PriceProps) {
  const percent = discountPercent(listPrice, price);
  return (
    <p className={cx(styles.price, styles[size])}>
      {percent > 0 && <span className={styles.percent}>{percent}%</span>}
      <span className={styles.now}>{won(price)}</span>
      {percent > 0 && (
        <s className={styles.list}>
          <span className="visually-hidden">정가 </span>
          {won(listPrice)}
        </s>
      )}
    </p>
  );
}
