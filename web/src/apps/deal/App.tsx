import { useEffect, useRef } from 'react';
import { cx } from '~/shared/parts/cx';
import { Notice } from '~/shared/parts/Notice';
import { Skeleton } from '~/shared/parts/Skeleton';
import styles from './App.module.css';
import { DrawPage } from './draw/DrawPage';
import { hasOrdered } from './memory';
import { OrderPage } from './order/OrderPage';
import { Away } from './parts/Away';
import { Before, Open } from './room/Before';
import { LeaveSheet } from './room/Leave';
import { Closed, SoldOut } from './room/Over';
import { Rules } from './room/Rules';
import { useChime } from './room/useChime';
import { useNotice } from './room/useNotice';
import { type Room, useRoom } from './room/useRoom';
import { Called, Waiting } from './room/Waiting';
import { tabTitle } from './room/words';
import { type Route, useRoute } from './route';
import { Goods } from './shop/Goods';
import { OwnOrders } from './shop/OpenOrders';
import { Shop } from './shop/Shop';
import { useDeal } from './shop/useDeal';
import { places, tellPlaces } from './storefront';

function Stage({
  room,
  chime,
  wasInside,
}: {
  room: Room;
  chime: ReturnType<typeof useChime>;
  wasInside: boolean;
}) {
  const { screen, status, position } = room;
  if (!screen || !status) return <Skeleton height={260} />;
  switch (screen) {
    case 'before':
    case 'entered':
      return <Before status={status} room={room} />;
    case 'open':
      return <Open status={status} room={room} />;
    case 'waiting':
      return position && <Waiting position={position} room={room} chime={chime} />;
    case 'called':
      return position && <Called position={position} room={room} again={wasInside} />;
    case 'soldOut':
      return <SoldOut status={status} />;
    case 'closed':
      return <Closed status={status} />;
    case 'inside':
      return null;
  }
}

/** The deal's one page: whatever the server says is on. */
function RoomPage() {
  const room = useRoom();
  const { screen, status, position } = room;
  const { deal, askNow } = useDeal(screen === 'inside', screen);
  const chime = useChime();
  const notice = useNotice((position ? position.notice : status?.notice) ?? null);
  const wasInside = useRef(false);
  if (screen === 'inside') wasInside.current = true;

  const { play } = chime;
  const latestPlay = useRef(play);
  latestPlay.current = play;
  useEffect(() => {
    if (screen === 'called') latestPlay.current();
  }, [screen]);
  useEffect(() => {
    if (status && screen) document.title = tabTitle(screen, status.title, position?.ahead);
  }, [status, screen, position?.ahead]);
  if (status) tellPlaces(status);

  const looking = screen === 'before' || screen === 'entered' || screen === 'open' || screen === null;
  const problem = room.problem && (
    <Notice tone="danger" live>
      {room.problem}
    </Notice>
  );
  const narrow = !looking && screen !== 'inside';
  return (
    <div className={cx(styles.room, narrow && styles.narrow)}>
      <div className={styles.heading}>
        <p className={styles.company}>{status?.companyName ?? deal?.companyName ?? ' '}</p>
        <h1 className={styles.title}>{status?.title ?? deal?.title ?? '타임딜을 불러오고 있어요'}</h1>
      </div>
      <Away failures={room.failures} error={room.error} />
      {screen === 'inside' && status ? (
        <div className={styles.stack}>
          {problem}
          <Shop room={room} status={status} deal={deal} lookAtStock={askNow} />
        </div>
      ) : (
        <div className={looking ? styles.looking : styles.deciding}>
          <div className={styles.goods}>
            <Goods products={deal?.products ?? null} compact={!looking} />
          </div>
          <div className={styles.stack}>
            {problem}
            <div aria-live="polite">
              {notice && (
                <Notice tone="brand" title="공지">
                  {notice}
                </Notice>
              )}
            </div>
            {room.news && <Notice tone="brand">{room.news}</Notice>}
            <Stage room={room} chime={chime} wasInside={wasInside.current} />
            {status && hasOrdered(status.deal) && <OwnOrders />}
            {status && screen !== 'closed' && screen !== 'soldOut' && <Rules status={status} />}
          </div>
        </div>
      )}
      <LeaveSheet room={room} />
    </div>
  );
}

function Page({ route }: { route: Route }) {
  switch (route.page) {
    case 'order':
      return <OrderPage key={route.order} id={route.order} returned={route.returned} />;
    case 'draw':
      return <DrawPage />;
    case 'room':
      return <RoomPage />;
  }
}

export function App() {
  const route = useRoute();
  return (
    <div className={styles.frame}>
      <header className={styles.header}>
        <div className={styles.bar}>
          <a className={styles.brand} href={places().home}>
            <svg viewBox="0 0 32 32" width="24" height="24" aria-hidden="true">
              <rect width="32" height="32" rx="9" className={styles.tile} />
              <circle cx="16" cy="16" r="9" className={styles.hands} />
              <path d="M16 16V9.5M16 16l-5-3" className={styles.hands} />
            </svg>
            DDIB
          </a>
          <a className={styles.link} href={places().orders}>
            내 주문
          </a>
        </div>
      </header>
      <main className={styles.main}>
        <Page route={route} />
      </main>
    </div>
  );
}
