import { useEffect, useState } from 'react';
import type { Order } from '~/api/deal';
import { phone } from '~/shared/format/identity';
import { pieces, won } from '~/shared/format/number';
import { dateTime } from '~/shared/format/time';
import { Badge } from '~/shared/parts/Badge';
import { Countdown } from '~/shared/parts/Countdown';
import { Notice } from '~/shared/parts/Notice';
import { PhoneActionBar } from '~/shared/parts/PhoneActionBar';
import { Picture } from '~/shared/parts/Picture';
import { Skeleton } from '~/shared/parts/Skeleton';
import { Failed } from '~/shared/parts/States';
import { codeOf } from '~/shared/problem';
import { wordsFor } from '~/shared/words/errors';
import { orderState, providers } from '~/shared/words/glossary';
import { Away } from '../parts/Away';
import { Button, ButtonLink } from '../parts/Button';
import { signIn } from '../room/useRoom';
import { go, paths, type Returned } from '../route';
import { addressLine } from '../shop/delivery';
import { places } from '../storefront';
import styles from './Order.module.css';
import { RefundSheet } from './RefundSheet';
import { type OrderDesk, useOrder } from './useOrder';
import { amountLabel, orderWords, returnWords } from './words';

interface OrderPageProps {
  id: string;
  returned: Returned | null;
}

/** What, how many, how much, where to; until when it is kept; and one button. */
export function OrderPage({ id, returned }: OrderPageProps) {
  const desk = useOrder(id);
  useEffect(() => {
    document.title = desk.order ? `${orderState(desk.order.state).label} · 주문` : '주문';
  }, [desk.order]);
  if (!desk.order) return <NoOrder desk={desk} id={id} />;
  const order = desk.order;
  const words = orderWords(order);
  const news = desk.problem ? null : returnWords(returned, order);
  return (
    <div className={styles.page}>
      <Away failures={desk.failures} error={desk.error} />
      <section className={styles.head} aria-live="polite">
        <Badge {...orderState(order.state)} />
        <h1 className={styles.title}>{words.title}</h1>
        {!news && <p className={styles.text}>{words.text}</p>}
        {(order.state === 'held' || order.state === 'ready') && (
          <p className={styles.hold}>
            <Countdown to={order.heldUntil} onEnd={desk.askNow} /> 남음
          </p>
        )}
      </section>
      {news && <Notice tone="warning">{news}</Notice>}
      <What order={order} />
      {desk.problem && (
        <Notice tone="danger" live>
          {desk.problem}
        </Notice>
      )}
      <Actions order={order} desk={desk} proof={returned?.how === 'busy' ? returned.proof : null} />
    </div>
  );
}

function What({ order }: { order: Order }) {
  const facts: [string, string][] = [
    ['받는 분', `${order.delivery.recipient} · ${phone(order.delivery.phone)}`],
    ['주소', addressLine(order.delivery)],
    ...(order.delivery.note ? [['배송 요청', order.delivery.note] as [string, string]] : []),
    ['주문한 때', dateTime(order.createdAt)],
    ...(order.paidAt ? [['결제한 때', dateTime(order.paidAt)] as [string, string]] : []),
    ...(order.refundedAt ? [['환불한 때', dateTime(order.refundedAt)] as [string, string]] : []),
  ];
  return (
    <section className={styles.card} aria-label="주문 내용">
      <div className={styles.product}>
        <Picture url={order.product.imageUrl} size="thumb" />
        <div>
          <p className={styles.name}>{order.product.name}</p>
          <p className={styles.text}>{pieces(order.quantity)}</p>
        </div>
      </div>
      <dl className={styles.facts}>
        {facts.map(([label, value]) => (
          <div key={label}>
            <dt>{label}</dt>
            <dd>{value}</dd>
          </div>
        ))}
        <div className={styles.total}>
          <dt>{amountLabel(order)}</dt>
          <dd>{won(order.amount)}</dd>
        </div>
      </dl>
    </section>
  );
}

const lookOf = (order: Order) => (order.provider === 'kakaoPay' ? 'kakao' : 'primary');

interface ActionsProps {
  order: Order;
  desk: OrderDesk;
  /** Of a payment that was agreed to and could not be finished yet. */
  proof: string | null;
}

function Actions({ order, desk, proof }: ActionsProps) {
  const [refunding, setRefunding] = useState(false);
  switch (order.state) {
    case 'held':
    case 'ready':
      return (
        <>
          <PhoneActionBar>
            {proof && order.state === 'ready' ? (
              <ButtonLink size="large" look={lookOf(order)} href={paths.approve(order.id, proof)}>
                결제 마치기
              </ButtonLink>
            ) : (
              <Button
                size="large"
                look={lookOf(order)}
                onPress={desk.pay}
                pending={desk.doing === 'pay' && `${providers[order.provider]}로 가고 있어요`}
              >
                {`${providers[order.provider]}로 ${won(order.amount)} 결제하기`}
              </Button>
            )}
          </PhoneActionBar>
          <div className={styles.more}>
            <Button
              look="quiet"
              size="small"
              onPress={desk.abandon}
              isDisabled={desk.doing === 'pay'}
              pending={desk.doing === 'abandon' && '취소하고 있어요'}
            >
              주문 취소하기
            </Button>
          </div>
        </>
      );
    case 'paid':
      return (
        <div className={styles.ways}>
          <ButtonLink href={places().order(order.id)}>내 주문에서 보기</ButtonLink>
          <Button look="secondary" onPress={() => go(paths.room())}>
            타임딜로 돌아가기
          </Button>
          <div className={styles.last}>
            <Button look="quiet" size="small" onPress={() => setRefunding(true)}>
              환불하기
            </Button>
          </div>
          {refunding && <RefundSheet order={order} desk={desk} onClose={() => setRefunding(false)} />}
        </div>
      );
    case 'released':
    case 'refunded':
      return (
        <div className={styles.ways}>
          <Button onPress={() => go(paths.room())}>타임딜로 돌아가기</Button>
        </div>
      );
    case 'approving':
    case 'refunding':
      return null;
  }
}

/** On its way, not to be had, or somebody else's. */
function NoOrder({ desk, id }: { desk: OrderDesk; id: string }) {
  if (codeOf(desk.refusal) === 'not_signed_in') {
    return (
      <Failed
        title="로그인하면 주문을 볼 수 있어요"
        action={
          <Button look="kakao" size="large" onPress={() => signIn(places().signIn)}>
            카카오로 로그인하기
          </Button>
        }
      >
        로그인하면 이 주문으로 바로 돌아와요.
      </Failed>
    );
  }
  if (desk.refusal) {
    return (
      <Failed
        title="주문을 찾지 못했어요"
        action={<Button onPress={() => go(paths.room())}>타임딜로 돌아가기</Button>}
      >
        {wordsFor(desk.refusal)}
      </Failed>
    );
  }
  return (
    <div className={styles.page} role="status">
      <Away failures={desk.failures} error={desk.error} orderHref={places().order(id)} />
      <span className="visually-hidden">주문을 불러오고 있어요</span>
      <Skeleton height={120} />
      <Skeleton height={280} />
    </div>
  );
}
