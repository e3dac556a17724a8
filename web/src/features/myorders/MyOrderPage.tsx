import { useParams } from '@tanstack/react-router';
import { ChevronLeft } from 'lucide-react';
import { useState } from 'react';
import { Link } from 'react-aria-components';
import type { Order } from '~/api/types';
import { serverNow } from '~/shared/clock';
import { phone } from '~/shared/format/identity';
import { pieces, won } from '~/shared/format/number';
import { dateTime } from '~/shared/format/time';
import { Badge } from '~/shared/parts/Badge';
import { Picture } from '~/shared/parts/Picture';
import { SkeletonRows } from '~/shared/parts/Skeleton';
import { ddib } from '~/shared/paths';
import { Button } from '~/shared/ui/Button';
import { Loaded } from '~/shared/ui/Loaded';
import { type Fact, Facts, Section } from '~/shared/ui/Page';
import { useTitle } from '~/shared/useTitle';
import { orderState } from '~/shared/words/glossary';
import styles from './MyOrders.module.css';
import { MyRefundDialog } from './MyRefundDialog';
import { useMyOrder } from './queries';
import { isRefundable, orderText, payMethod } from './words';

/** One order: what, how it stands, where to, and the way to get the money back. */
export function MyOrderPage() {
  const { order: id = '' } = useParams({ strict: false });
  const query = useMyOrder(id);
  useTitle('주문 · DDIB');
  return (
    <div className={styles.page}>
      <Link href={ddib.orders()} className={styles.back}>
        <ChevronLeft size={18} aria-hidden="true" />내 주문
      </Link>
      <Loaded query={query} skeleton={<SkeletonRows count={3} height={160} />}>
        {(order) => <Detail order={order} />}
      </Loaded>
    </div>
  );
}

function Detail({ order }: { order: Order }) {
  const { delivery } = order;
  const address = [`(${delivery.postcode})`, delivery.line1, delivery.line2].filter(Boolean).join(' ');
  const payment: Fact[] = [
    { label: '결제한 때', value: dateTime(order.paidAt) },
    { label: '결제 수단', value: payMethod(order) },
    { label: '결제한 금액', value: won(order.amount) },
    ...(order.refunded > 0 ? [{ label: '돌려받은 금액', value: won(order.refunded) }] : []),
  ];
  const parcel: Fact[] = [
    { label: '받는 분', value: delivery.recipient },
    { label: '전화번호', value: phone(delivery.phone) },
    { label: '주소', value: address },
    ...(delivery.note ? [{ label: '배송 요청', value: delivery.note }] : []),
  ];
  return (
    <>
      <header className={styles.head} aria-live="polite">
        <Badge {...orderState(order.state)} />
        <h1 className={styles.title}>{order.product.name}</h1>
        <p className={styles.soft}>{orderText(order, serverNow())}</p>
      </header>
      <Section>
        <Link href={ddib.deal(order.deal)} className={styles.product}>
          <Picture url={order.product.imageUrl} size="thumb" />
          <div className={styles.words}>
            <p className={styles.soft}>{order.company.name}</p>
            <p className={styles.name}>{order.title}</p>
            <p className={styles.soft}>{pieces(order.quantity)}</p>
          </div>
          <p className={styles.amount}>{won(order.amount)}</p>
        </Link>
      </Section>
      <Section title="결제">
        <Facts facts={payment} />
      </Section>
      <Section title="배송지">
        <Facts facts={parcel} />
      </Section>
      <Refund order={order} />
      <p className={styles.number}>주문번호 {order.id}</p>
    </>
  );
}

function Refund({ order }: { order: Order }) {
  const [asking, setAsking] = useState(false);
  if (!isRefundable(order, serverNow())) return null;
  return (
    <div>
      <Button look="secondary" onPress={() => setAsking(true)}>
        환불하기
      </Button>
      {asking && <MyRefundDialog order={order} onClose={() => setAsking(false)} />}
    </div>
  );
}
