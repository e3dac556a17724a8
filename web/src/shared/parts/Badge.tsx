import type { StateWords, Tone } from '../words/glossary';
import styles from './Badge.module.css';
import { cx } from './cx';

/** A state in a word. The dot and the word carry it; the colour only helps. */
export function Badge({ label, tone, dot = true }: StateWords & { dot?: boolean }) {
  return (
    <span className={cx(styles.badge, styles[tone satisfies Tone])}>
      {dot && <span className={styles.dot} aria-hidden="true" />}
      {label}
    </span>
  );
}
