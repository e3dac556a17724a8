import { type FormEvent, useRef, useState } from 'react';
import { type Deal, type Delivery, type Order, type Product, runtime, type Status } from '~/api/deal';
import { pieces, won } from '~/shared/format/number';
import { Countdown } from '~/shared/parts/Countdown';
import { Notice } from '~/shared/parts/Notice';
import { PhoneActionBar } from '~/shared/parts/PhoneActionBar';
import { Skeleton } from '~/shared/parts/Skeleton';
import { codeOf, fieldProblemsOf } from '~/shared/problem';
import { wordsFor } from '~/shared/words/errors';
import { attemptEnded, attemptFor, rememberOrdered } from '../memory';
import { Button } from '../parts/Button';
import { isPassing } from '../poller';
import { LeaveButton } from '../room/Leave';
import type { Room } from '../room/useRoom';
import { go, paths } from '../route';
import { Chooser, Quantity } from './Chooser';
import { DeliveryForm } from './DeliveryForm';
import { errorsOf } from './delivery';
import { OpenOrders } from './OpenOrders';
import styles from './Shop.module.css';
import { orderableMax, owned } from './stock';
import { useDelivery } from './useDelivery';
import { useOwnOrders } from './useOwnOrders';
import { useStay } from './useStay';

interface ShopProps {
  room: Room;
  status: Status;
  deal: Deal | null;
  lookAtStock: () => void;
}

/** Inside: choose, say where to, order. The pieces are kept from the order on. */
export function Shop({ room, status, deal, lookAtStock }: ShopProps) {
  const { orders } = useOwnOrders();
  const { endsSoon, stay } = useStay(room.insideUntil, room.lost);
  return (
    <>
      <div className={styles.top}>
        <p className={styles.soft}>
          끝날 때까지{' '}
          <b className={styles.time}>
            <Countdown to={status.closesAt} as="digits" />
          </b>
        </p>
        <LeaveButton room={room} />
      </div>
      {endsSoon && (
        <Notice
          tone="warning"
          live
          action={
            <Button size="small" onPress={stay}>
              계속 있기
            </Button>
          }
        >
          한동안 움직임이 없었어요. <Countdown to={endsSoon} /> 뒤에 자리를 내려놓아요.
        </Notice>
      )}
      <OpenOrders orders={orders ?? []} />
      {deal ? (
        <OrderForm
          deal={deal.deal}
          products={deal.products}
          orders={orders ?? []}
          room={room}
          lookAtStock={lookAtStock}
        />
      ) : (
        <div role="status">
          <span className="visually-hidden">상품을 불러오고 있어요</span>
          <Skeleton height={360} />
        </div>
      )}
    </>
  );
}

interface OrderFormProps {
  deal: string;
  products: Product[];
  orders: Order[];
  room: Room;
  lookAtStock: () => void;
}

/** Orders once, however often the button is pressed: the attempt keeps its key until it is answered. */
function useOrdering(room: Room, deal: string, lookAtStock: () => void, show: (error: unknown) => void) {
  const [pending, setPending] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);
  // Between two renderings a second press would still see the old state.
  const busy = useRef(false);
  const order = async (wish: { product: string; quantity: number; delivery: Delivery }) => {
    if (busy.current) return;
    busy.current = true;
    setPending(true);
    setProblem(null);
    try {
      const made = await runtime.hold(wish, attemptFor(wish));
      attemptEnded();
      rememberOrdered(deal);
      go(paths.order(made.id));
    } catch (error) {
      // Unanswered: the same wish is the same attempt. Answered: the next press is another one.
      if (!isPassing(error)) attemptEnded();
      show(error);
      setProblem(wordsFor(error));
      lookAtStock();
      if (['pass_expired', 'pass_invalid', 'pass_missing', 'closed'].includes(codeOf(error)))
        room.lost(error);
    } finally {
      busy.current = false;
      setPending(false);
    }
  };
  return { order, pending, problem };
}

function OrderForm({ deal, products, orders, room, lookAtStock }: OrderFormProps) {
  const form = useRef<HTMLFormElement>(null);
  const maxOf = (product: Product) => orderableMax(product, owned(orders, product.id));
  const [picked, setPicked] = useState<string | null>(null);
  const [wanted, setWanted] = useState(1);
  const draft = useDelivery();
  const product =
    products.find((one) => one.id === picked) ?? products.find((one) => maxOf(one) > 0) ?? products[0];
  const max = product ? maxOf(product) : 0;
  const quantity = Math.max(1, Math.min(wanted, max));

  const focusWrong = () =>
    setTimeout(() => form.current?.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus());
  const { order, pending, problem } = useOrdering(room, deal, lookAtStock, (error) => {
    const wrong = errorsOf(fieldProblemsOf(error));
    draft.showErrors(wrong);
    if (Object.keys(wrong).length > 0) focusWrong();
  });

  const submit = (event: FormEvent) => {
    event.preventDefault();
    const delivery = draft.take();
    if (!delivery) focusWrong();
    else if (product && max > 0) void order({ product: product.id, quantity, delivery });
  };

  if (!product) return <Notice tone="warning">지금은 파는 상품이 없어요.</Notice>;
  return (
    <form ref={form} className={styles.form} onSubmit={submit} noValidate>
      <div className={styles.column}>
        <Chooser
          products={products}
          chosen={max > 0 ? product.id : null}
          maxOf={maxOf}
          onChoose={(id) => {
            setPicked(id);
            setWanted(1);
          }}
        />
        {max > 0 && <Quantity value={quantity} max={max} onChange={setWanted} />}
      </div>
      <div className={styles.column}>
        <DeliveryForm draft={draft} />
        {problem && (
          <Notice tone="danger" live>
            {problem}
          </Notice>
        )}
        {max > 0 ? (
          <PhoneActionBar
            summary={
              <span className={styles.sum}>
                <span>
                  {product.name} {pieces(quantity)}
                </span>
                <b>{won(product.price * quantity)}</b>
              </span>
            }
          >
            <Button type="submit" size="large" pending={pending && '재고를 맡아 두고 있어요'}>
              주문하기
            </Button>
          </PhoneActionBar>
        ) : (
          <Notice tone="brand">
            지금은 주문할 수 있는 수량이 없어요. 결제하지 않은 수량이 돌아오면 여기에 바로 나타나요.
          </Notice>
        )}
        <p className={styles.soft}>주문하면 재고를 맡아 둬요. 결제는 다음 화면에서 해요.</p>
      </div>
    </form>
  );
}
