import type { Order } from '~/api/deal';
import { pieces, won } from '~/shared/format/number';
import { Badge } from '~/shared/parts/Badge';
import { orderState } from '~/shared/words/glossary';
import { Button } from '../parts/Button';
import { go, paths } from '../route';
import styles from './Shop.module.css';
import { useOwnOrders } from './useOwnOrders';

/** For the screens outside of the shop: the same, asked for by itself. */
export function OwnOrders() {
  const { orders } = useOwnOrders();
  return <OpenOrders orders={orders ?? []} />;
}

/** The shopper's own orders in this deal that have not come to nothing. */
export function OpenOrders({ orders }: { orders: Order[] }) {
  const shown = orders.filter((order) => order.state !== 'released');
  if (shown.length === 0) return null;
  return (
    <section className={styles.group} aria-label="내 주문">
      <h2 className={styles.legend}>내 주문</h2>
      <ul className={styles.orders}>
        {shown.map((order) => {
          const unpaid = order.state === 'held' || order.state === 'ready';
          return (
            <li key={order.id} className={styles.order}>
              <div className={styles.orderWords}>
                <Badge {...orderState(order.state)} />
                <p className={styles.strong}>
                  {order.product.name} {pieces(order.quantity)}
                </p>
                <p className={styles.soft}>{won(order.amount)}</p>
              </div>
              <Button
                look={unpaid ? 'primary' : 'secondary'}
                size="small"
                onPress={() => go(paths.order(order.id))}
              >
                {unpaid ? '이어서 결제하기' : '주문 보기'}
              </Button>
            </li>
          );
        })}
      </ul>
    </section>
  );
}
