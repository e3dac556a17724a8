import { ChevronRight, ReceiptText } from 'lucide-react';
import { Link } from 'react-aria-components';
import type { Order } from '~/api/types';
import { pieces, won } from '~/shared/format/number';
import { dateTime } from '~/shared/format/time';
import { Badge } from '~/shared/parts/Badge';
import { Picture } from '~/shared/parts/Picture';
import { SkeletonRows } from '~/shared/parts/Skeleton';
import { Empty } from '~/shared/parts/States';
import { ddib } from '~/shared/paths';
import { Button, ButtonLink } from '~/shared/ui/Button';
import { Loaded } from '~/shared/ui/Loaded';
import { useTitle } from '~/shared/useTitle';
import { orderState } from '~/shared/words/glossary';
import styles from './MyOrders.module.css';
import { useMyOrders } from './queries';

function Row({ order }: { order: Order }) {
  return (
    <li>
      <Link href={ddib.order(order.id)} className={styles.row}>
        <Picture url={order.product.imageUrl} size="thumb" lazy />
        <div className={styles.words}>
          <Badge {...orderState(order.state)} />
          <p className={styles.name}>{order.product.name}</p>
          <p className={styles.soft}>
            {order.company.name} · {pieces(order.quantity)} · {dateTime(order.paidAt)}
          </p>
        </div>
        <p className={styles.amount}>{won(order.amount)}</p>
        <ChevronRight size={20} className={styles.chevron} aria-hidden="true" />
      </Link>
    </li>
  );
}

/** Everything one has bought, of all deals, the newest first. */
export function MyOrdersPage() {
  const query = useMyOrders();
  useTitle('내 주문 · DDIB');
  return (
    <div className={styles.page}>
      <h1 className={styles.title}>내 주문</h1>
      <Loaded query={query} skeleton={<SkeletonRows count={4} height={104} />}>
        {({ pages }) => {
          const orders = pages.flatMap((page) => page.items);
          return orders.length === 0 ? (
            <div className={styles.card}>
              <Empty
                icon={<ReceiptText size={28} />}
                title="아직 주문이 없어요"
                action={<ButtonLink href={ddib.home()}>타임딜 보러 가기</ButtonLink>}
              >
                결제를 마친 주문이 여기에 모여요.
              </Empty>
            </div>
          ) : (
            <>
              <ul className={styles.list}>
                {orders.map((order) => (
                  <Row key={order.id} order={order} />
                ))}
              </ul>
              {query.hasNextPage && (
                <div className={styles.more}>
                  <Button
                    look="secondary"
                    onPress={() => query.fetchNextPage()}
                    isPending={query.isFetchingNextPage}
                  >
                    더 보기
                  </Button>
                </div>
              )}
            </>
          );
        }}
      </Loaded>
    </div>
  );
}
