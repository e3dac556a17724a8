import type { Product } from '~/api/deal';
import { pieces } from '~/shared/format/number';
import { cx } from '~/shared/parts/cx';
import { Picture } from '~/shared/parts/Picture';
import { Price } from '~/shared/parts/Price';
import { Stock } from './Goods';
import styles from './Shop.module.css';

interface ChooserProps {
  products: Product[];
  chosen: string | null;
  onChoose: (product: string) => void;
  /** How many of a product may still be ordered. */
  maxOf: (product: Product) => number;
}

/** The products with what is left of each; one is chosen. */
export function Chooser({ products, chosen, onChoose, maxOf }: ChooserProps) {
  return (
    <fieldset className={styles.group}>
      <legend className={styles.legend}>상품</legend>
      <div className={styles.choices}>
        {products.map((product) => {
          const none = maxOf(product) === 0;
          return (
            <label
              key={product.id}
              className={cx(styles.choice, product.id === chosen && styles.chosen, none && styles.none)}
            >
              <input
                type="radio"
                name="product"
                className="visually-hidden"
                checked={product.id === chosen}
                disabled={none}
                onChange={() => onChoose(product.id)}
              />
              <Picture url={product.imageUrl} size="thumb" />
              <span className={styles.choiceWords}>
                <span className={styles.strong}>{product.name}</span>
                <Price price={product.price} listPrice={product.listPrice} />
                {none && product.left > 0 ? (
                  <span className={styles.soft}>
                    한 사람이 살 수 있는 {pieces(product.perShopperMax)}를 모두 주문했어요
                  </span>
                ) : (
                  <Stock product={product} />
                )}
              </span>
            </label>
          );
        })}
      </div>
    </fieldset>
  );
}

interface QuantityProps {
  value: number;
  max: number;
  onChange: (value: number) => void;
}

/** How many, by two buttons of a thumb's size. */
export function Quantity({ value, max, onChange }: QuantityProps) {
  return (
    <fieldset className={cx(styles.group, styles.inline)}>
      <legend className={styles.legend}>수량</legend>
      <div className={styles.stepper}>
        <button
          type="button"
          aria-label="하나 줄이기"
          disabled={value <= 1}
          onClick={() => onChange(value - 1)}
        >
          −
        </button>
        <output aria-live="polite">{pieces(value)}</output>
        <button
          type="button"
          aria-label="하나 늘리기"
          disabled={value >= max}
          onClick={() => onChange(value + 1)}
        >
          +
        </button>
      </div>
      <p className={styles.soft}>{pieces(max)}까지 주문할 수 있어요</p>
    </fieldset>
  );
}
