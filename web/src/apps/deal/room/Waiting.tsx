import { useEffect, useRef } from 'react';
import type { Position } from '~/api/deal';
import { number, people } from '~/shared/format/number';
import { Bar } from '~/shared/parts/Bar';
import { Notice } from '~/shared/parts/Notice';
import { PhoneActionBar } from '~/shared/parts/PhoneActionBar';
import { recall, remember } from '../memory';
import { Button } from '../parts/Button';
import { LeaveButton } from './Leave';
import styles from './Stage.module.css';
import { useCalm } from './useCalm';
import type { Room } from './useRoom';
import { aheadText, calledNews, calledText, etaText, progress, spokenPosition } from './words';

const startKey = 'ddib.start';

/** How many were ahead when this place was first seen here, also after a reload. */
function useStart(position: Position): number {
  const ahead = position.ahead ?? 0;
  const known = recall<{ number: number; ahead: number }>('session', startKey);
  const start = known && known.number === position.number ? known.ahead : null;
  useEffect(() => {
    if (start === null) remember('session', startKey, { number: position.number, ahead });
  }, [start, position.number, ahead]);
  return start ?? ahead;
}

interface WaitingProps {
  position: Position;
  room: Room;
  chime: { isOn: boolean; toggle: () => void };
}

/** In the line: one number, how many are ahead, how long about, and nothing that spins. */
export function Waiting({ position, room, chime }: WaitingProps) {
  const start = useStart(position);
  const ahead = position.ahead ?? 0;
  const eta = etaText(position.etaSeconds);
  const spoken = useCalm(spokenPosition(position));
  return (
    <section className={styles.stage}>
      <div>
        <h2 className={styles.label}>대기 순서</h2>
        <p className={styles.figure}>
          {position.number === undefined ? '–' : number(position.number)}
          <span className={styles.unit}>번</span>
        </p>
      </div>
      <div className={styles.way}>
        <div className={styles.row}>
          <p className={styles.ahead}>{aheadText(ahead)}</p>
          {eta && <p className={styles.eta}>{eta}</p>}
        </div>
        <Bar value={progress(start, ahead)} max={1_000} label="지나온 대기" />
        {position.waiting > 1 && (
          <p className={styles.label}>모두 {people(position.waiting)}이 기다리고 있어요</p>
        )}
      </div>
      {position.announcement && <p>{position.announcement}</p>}
      <p className="visually-hidden" aria-live="polite">
        {spoken}
      </p>
      <div className={styles.footer}>
        <Button look="quiet" size="small" onPress={chime.toggle}>
          {chime.isOn ? '소리 알림 끄기' : '차례가 되면 소리로 알리기'}
        </Button>
        <LeaveButton room={room} />
      </div>
    </section>
  );
}

/** Every place inside is taken: the page asks for the next one, so that nobody has to keep pressing. */
function NextPlace({ room }: { room: Room }) {
  return (
    <section className={styles.stage}>
      <div className={styles.head} role="status">
        <h2 className={styles.title}>자리를 기다리고 있어요</h2>
        <p className={styles.text}>
          지금은 빈자리가 없어요. 다음에 나는 자리를 먼저 드릴게요. 자리가 나면 바로 들어가니 이 화면을 켜
          두세요.
        </p>
      </div>
      <div className={styles.footer}>
        <span />
        <LeaveButton room={room} />
      </div>
    </section>
  );
}

/** The turn has come: the button has the focus, the tab says so. */
export function Called({ position, room, again }: { position: Position; room: Room; again: boolean }) {
  const button = useRef<HTMLButtonElement>(null);
  const { asksToLeave } = room;
  useEffect(() => {
    if (!asksToLeave) button.current?.focus();
  }, [asksToLeave]);
  if (room.awaitsPlace) return <NextPlace room={room} />;
  const { title, text } = calledText(position.guest ?? false, again);
  const news = calledNews(position.announcement);
  return (
    <section className={styles.stage}>
      <div className={styles.head} role="alert">
        <h2 className={styles.title}>{title}</h2>
        <p className={styles.text}>{text}</p>
      </div>
      {news && <Notice tone="brand">{news}</Notice>}
      <PhoneActionBar>
        <Button
          size="large"
          buttonRef={button}
          onPress={room.claim}
          pending={room.doing === 'claim' && '입장하고 있어요'}
        >
          {again ? '다시 입장하기' : '입장하기'}
        </Button>
      </PhoneActionBar>
      <div className={styles.footer}>
        <span />
        <LeaveButton room={room} />
      </div>
    </section>
  );
}
