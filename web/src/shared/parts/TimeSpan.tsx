import { Fragment } from 'react';
import { type Instant, spanParts } from '../format/time';
import styles from './TimeSpan.module.css';

/** From when to when. Where it does not fit a line, it breaks between the day and the hours. */
export function TimeSpan({ from, to }: { from: Instant; to: Instant }) {
  return (
    <span className="tabular">
      {spanParts(from, to).map((part) => (
        <Fragment key={part}>
          <span className={styles.part}>{part}</span>{' '}
        </Fragment>
      ))}
    </span>
  );
}
