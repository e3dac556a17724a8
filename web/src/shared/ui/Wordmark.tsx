import styles from './Wordmark.module.css';

/** The name with its clock: ten o'clock, when most deals open. */
export function Wordmark({ name = 'BIDD' }: { name?: string }) {
  return (
    <span className={styles.wordmark}>
      <svg viewBox="0 0 32 32" width="28" height="28" aria-hidden="true">
        <rect width="32" height="32" rx="9" className={styles.tile} />
        <circle cx="16" cy="16" r="9" className={styles.face} />
        <path d="M16 16V9.5M16 16l-5-3" className={styles.hands} />
      </svg>
      {name}
    </span>
  );
}
