import type { Status } from '~/api/deal';
import { dateTime } from '~/shared/format/time';
import { ButtonLink } from '../parts/Button';
import styles from './Stage.module.css';

/** Where one goes from here. */
function Ways({ status }: { status: Status }) {
  return (
    <div className={styles.actions}>
      <ButtonLink href={new URL('/', status.ordersUrl).href}>다른 타임딜 보기</ButtonLink>
      <ButtonLink look="secondary" href={status.ordersUrl}>
        내 주문 보기
      </ButtonLink>
    </div>
  );
}

export function SoldOut({ status }: { status: Status }) {
  return (
    <section className={styles.stage}>
      <div className={styles.head}>
        <h2 className={styles.title}>준비한 수량이 모두 팔렸어요</h2>
        <p className={styles.text}>
          결제를 기다리는 주문도 없어 더 기다리지 않아도 돼요. 찾아 주셔서 고마워요.
        </p>
      </div>
      <Ways status={status} />
    </section>
  );
}

export function Closed({ status }: { status: Status }) {
  return (
    <section className={styles.stage}>
      <div className={styles.head}>
        <h2 className={styles.title}>타임딜이 끝났어요</h2>
        <p className={styles.text}>
          {dateTime(status.closesAt)}까지였어요. 결제한 주문은 내 주문에서 볼 수 있어요.
        </p>
      </div>
      <Ways status={status} />
    </section>
  );
}
