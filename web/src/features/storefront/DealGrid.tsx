import type { ReactNode } from 'react';
import { Link } from 'react-aria-components';
import type { DealCard } from '~/api/types';
import { serverNow } from '~/shared/clock';
import { Badge } from '~/shared/parts/Badge';
import { cx } from '~/shared/parts/cx';
import { Picture } from '~/shared/parts/Picture';
import { Price } from '~/shared/parts/Price';
import { Skeleton } from '~/shared/parts/Skeleton';
import { ddib } from '~/shared/paths';
import styles from './DealGrid.module.css';
import { phaseWords, timeWords } from './when';

function Card({ card }: { card: DealCard }) {
  const over = card.phase === 'closed';
  return (
    <li className={cx(styles.card, over && styles.over)}>
      <Link href={ddib.deal(card.name)} className={styles.link}>
        <div className={styles.picture}>
          <Picture url={card.imageUrl} size="card" lazy />
          <span className={styles.state}>
            <Badge {...phaseWords(card)} />
          </span>
        </div>
        <p className={styles.company}>{card.company.name}</p>
        <h3 className={styles.title}>{card.title}</h3>
        <Price price={card.price} listPrice={card.listPrice} />
        <p className={cx(styles.time, !over && styles.warm)}>{timeWords(card, serverNow())}</p>
      </Link>
    </li>
  );
}

/** Deals, four in a row on a desk and two on a phone. */
export function DealGrid({ cards, label }: { cards: readonly DealCard[]; label: string }) {
  return (
    <ul className={styles.grid} aria-label={label}>
      {cards.map((card) => (
        <Card key={card.name} card={card} />
      ))}
    </ul>
  );
}

/** In the size of what comes. */
export function GridSkeleton({ count }: { count: number }) {
  return (
    <div className={styles.grid} role="status">
      <span className="visually-hidden">타임딜을 불러오고 있어요</span>
      {Array.from({ length: count }, (_, at) => `card-${at}`).map((key) => (
        <div key={key} className={styles.link} aria-hidden="true">
          <div className={styles.blank}>
            <Skeleton height="100%" />
          </div>
          <Skeleton height={21} width="40%" />
          <Skeleton height={24} width="80%" />
          <Skeleton height={24} width="60%" />
          <Skeleton height={21} width="50%" />
        </div>
      ))}
    </div>
  );
}

interface ShelfProps {
  title: string;
  /** To all of them. */
  more?: ReactNode;
  children: ReactNode;
}

/** A heading with its deals. */
export function Shelf({ title, more, children }: ShelfProps) {
  return (
    <section className={styles.shelf}>
      <div className={styles.head}>
        <h2 className={styles.heading}>{title}</h2>
        {more}
      </div>
      {children}
    </section>
  );
}
