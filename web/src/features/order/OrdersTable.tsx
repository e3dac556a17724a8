import { ReceiptText } from 'lucide-react';
import { useState } from 'react';
import type { Order } from '~/api/types';
import { phone } from '~/shared/format/identity';
import { pieces, won } from '~/shared/format/number';
import { clockWithSeconds, date } from '~/shared/format/time';
import { Badge } from '~/shared/parts/Badge';
import { SkeletonRows } from '~/shared/parts/Skeleton';
import { Empty } from '~/shared/parts/States';
import { Button } from '~/shared/ui/Button';
import { type Column, DataTable } from '~/shared/ui/DataTable';
import { Loaded } from '~/shared/ui/Loaded';
import { Section } from '~/shared/ui/Page';
import { orderState } from '~/shared/words/glossary';
import styles from './OrdersTable.module.css';
import type { Orders } from './queries';
import { RefundDialog } from './RefundDialog';

const deal: Column<Order> = { key: 'deal', head: '타임딜', cell: (order) => order.title };

const columns = (onRefund: (order: Order) => void): Column<Order>[] => [
  { key: 'product', head: '상품', cell: (order) => order.product.name },
  { key: 'quantity', head: '수량', cell: (order) => pieces(order.quantity), number: true },
  { key: 'amount', head: '금액', cell: (order) => won(order.amount), number: true },
  {
    key: 'recipient',
    head: '받는 분',
    cell: ({ delivery }) => (
      <span className={styles.recipient}>
        {delivery.recipient} · {phone(delivery.phone)}
        <span className={styles.address}>
          ({delivery.postcode}) {delivery.line1} {delivery.line2}
        </span>
      </span>
    ),
  },
  {
    key: 'paidAt',
    head: '결제 시각',
    cell: (order) => (
      <span className={styles.time}>
        <span>{date(order.paidAt)}</span> <span>{clockWithSeconds(order.paidAt)}</span>
      </span>
    ),
  },
  { key: 'state', head: '상태', cell: (order) => <Badge {...orderState(order.state)} /> },
  {
    key: 'action',
    head: '환불',
    number: true,
    cell: (order) =>
      order.state === 'paid' || order.state === 'refundFailed' ? (
        <Button look="secondary" size="small" onPress={() => onRefund(order)}>
          환불하기
        </Button>
      ) : (
        '–'
      ),
  },
];

interface OrdersTableProps {
  company: string;
  query: Orders;
  /** Whether they are of several deals. */
  ofDeals?: boolean;
}

/** Orders, newest first, each of which may be refunded. */
export function OrdersTable({ company, query, ofDeals = false }: OrdersTableProps) {
  const [refunded, setRefunded] = useState<Order | null>(null);
  const shown = columns(setRefunded);
  return (
    <Section look="plain">
      <Loaded query={query} skeleton={<SkeletonRows count={6} height={56} />}>
        {(orders) =>
          orders.length === 0 ? (
            <Empty icon={<ReceiptText size={28} />} title="아직 주문이 없어요">
              결제가 끝난 주문이 여기에 바로 나타나요.
            </Empty>
          ) : (
            <DataTable
              caption="주문"
              rows={orders}
              columns={ofDeals ? [deal, ...shown] : shown}
              rowKey={(order) => order.id}
            />
          )
        }
      </Loaded>
      {query.hasNextPage && (
        <Button look="secondary" onPress={() => query.fetchNextPage()} isPending={query.isFetchingNextPage}>
          더 보기
        </Button>
      )}
      {refunded && <RefundDialog company={company} order={refunded} onClose={() => setRefunded(null)} />}
    </Section>
  );
}
