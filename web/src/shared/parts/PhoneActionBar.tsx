import type { ReactNode } from 'react';
import styles from './PhoneActionBar.module.css';

/** On a phone, the page's main action stays at the bottom within the safe area; on a desk it stands in place. */
export function PhoneActionBar({ summary, children }: { summary?: ReactNode; children: ReactNode }) {
  return (
    <div className={styles.bar} data-action-bar="">
      {summary && <div className={styles.summary}>{summary}</div>}
      <div className={styles.actions}>{children}</div>
    </div>
  );
}
