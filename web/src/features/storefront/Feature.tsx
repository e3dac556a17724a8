import { Link } from 'react-aria-components';
import type { DealCard } from '~/api/types';
import { serverNow } from '~/shared/clock';
import { Badge } from '~/shared/parts/Badge';
import { Countdown } from '~/shared/parts/Countdown';
import { Picture } from '~/shared/parts/Picture';
import { Price } from '~/shared/parts/Price';
import { ddib } from '~/shared/paths';
import styles from './Feature.module.css';
import { phaseWords, timeWords } from './when';

/** The deal that is on, or else the next one: larger than the others, with its clock. */
export function Feature({ card, lookAgain }: { card: DealCard; lookAgain: () => void }) {
  const open = card.phase === 'open';
  return (
    <Link href={ddib.deal(card.name)} className={styles.feature}>
      <div className={styles.picture}>
        <Picture url={card.imageUrl} size="full" />
      </div>
      <div className={styles.words}>
        <Badge {...phaseWords(card)} />
        <p className={styles.company}>{card.company.name}</p>
        <h2 className={styles.title}>{card.title}</h2>
        <Price price={card.price} listPrice={card.listPrice} size="large" />
        <p className={styles.time}>
          <span className={styles.label}>{open ? '끝날 때까지' : '열릴 때까지'}</span>
          <Countdown to={open ? card.closesAt : card.opensAt} as="digits" onEnd={lookAgain} />
        </p>
        <p className={styles.label}>{timeWords(card, serverNow())}</p>
      </div>
    </Link>
  );
}
