import type { Position, Status } from '~/api/deal';
import { useServerNow } from '~/shared/clock';
import { people } from '~/shared/format/number';
import { dateTime, millis } from '~/shared/format/time';
import { Countdown } from '~/shared/parts/Countdown';
import { PhoneActionBar } from '~/shared/parts/PhoneActionBar';
import { Button } from '../parts/Button';
import { LeaveButton } from './Leave';
import styles from './Stage.module.css';
import type { Room } from './useRoom';

function Clock({ opensAt }: { opensAt: string }) {
  const isDue = millis(opensAt) <= useServerNow();
  return (
    <div>
      <p className={styles.label}>{dateTime(opensAt)}에 열려요</p>
      <p className={`${styles.figure} ${styles.time}`}>
        {isDue ? (
          <span className={styles.title}>문을 열고 있어요</span>
        ) : (
          <Countdown to={opensAt} as="digits" />
        )}
      </p>
    </div>
  );
}

/** Working for a place: why, for how long, and how to stop. */
function Proving({ room }: { room: Room }) {
  return (
    <span className={styles.row}>
      <span role="status" className={styles.why}>
        이 기기가 잠깐 계산해서 확인해요. 사람이 몰리면 10초쯤 걸려요.
      </span>
      <Button look="quiet" size="small" onPress={room.stopProving}>
        그만두기
      </Button>
    </span>
  );
}

/** The way to a place, which may have to be worked for. */
function Enter({ room }: { room: Room }) {
  const isProving = room.doing === 'prove';
  return (
    <PhoneActionBar summary={isProving && <Proving room={room} />}>
      <Button
        size="large"
        onPress={room.enter}
        pending={
          isProving
            ? '잠시만요, 사람이 맞는지 확인하고 있어요'
            : room.doing === 'enter' && '대기 순서를 받고 있어요'
        }
      >
        대기 순서 받기
      </Button>
    </PhoneActionBar>
  );
}

/** What the button does next, exactly. */
function Invitation({ status, room }: { status: Status; room: Room }) {
  return (
    <>
      <p className={styles.text}>
        {status.prequeue === 'draw'
          ? '지금 대기 순서를 받아 두면 열리는 순간 추첨으로 순서를 정해요. 서두르지 않아도 돼요.'
          : '지금 대기 순서를 받아 두면 열리는 순간부터 온 차례대로 들어가요.'}
      </p>
      <Enter room={room} />
    </>
  );
}

function Entered({ status, position, room }: { status: Status; position: Position; room: Room }) {
  return (
    <>
      <div className={styles.head}>
        <h2 className={styles.title}>대기 순서를 받아 뒀어요</h2>
        <p className={styles.text}>
          {status.prequeue === 'draw'
            ? '열리는 순간 추첨으로 순서를 정하고 이 화면에서 알려 드릴게요. 창을 열어 두면 돼요.'
            : `${position.entrant}번째로 왔어요. 열리면 온 차례대로 들어가요. 창을 열어 두면 돼요.`}
        </p>
      </div>
      <div className={styles.footer}>
        <span className={`${styles.label} ${styles.beside}`}>
          {people(Math.max(position.waiting, 1))} 대기 중
        </span>
        <LeaveButton room={room} />
      </div>
    </>
  );
}

/** Before the doors open: when they do, and a place for when they do. */
export function Before({ status, room }: { status: Status; room: Room }) {
  return (
    <section className={styles.stage}>
      <Clock opensAt={status.opensAt} />
      {room.position ? (
        <Entered status={status} position={room.position} room={room} />
      ) : (
        <Invitation status={status} room={room} />
      )}
    </section>
  );
}

/** The doors are open and this shopper has no place yet. */
export function Open({ status, room }: { status: Status; room: Room }) {
  return (
    <section className={styles.stage}>
      <div className={styles.head}>
        <p className={styles.label}>끝날 때까지</p>
        <p className={`${styles.figure} ${styles.time}`}>
          <Countdown to={status.closesAt} as="digits" />
        </p>
      </div>
      <p className={styles.text}>
        {status.paused
          ? '지금은 입장이 잠시 멈춰 있어요. 순서를 받아 두면 다시 열릴 때 이어서 들어가요.'
          : status.waiting > 0
            ? `지금 ${people(status.waiting)}이 기다리고 있어요. 순서를 받으면 차례대로 들어가요.`
            : '지금은 기다리는 사람이 없어요. 순서를 받으면 곧 들어갈 수 있어요.'}
      </p>
      <Enter room={room} />
    </section>
  );
}
