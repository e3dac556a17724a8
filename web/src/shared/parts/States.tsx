import type { ReactNode } from 'react';
import styles from './States.module.css';

interface StateProps {
  icon?: ReactNode;
  title: string;
  children?: ReactNode;
  /** The button that does what comes next. */
  action?: ReactNode;
}

/** There is nothing here yet: says what to do next. */
export function Empty({ icon, title, children, action }: StateProps) {
  return (
    <div className={styles.state}>
      {icon && (
        <span className={styles.icon} aria-hidden="true">
          {icon}
        </span>
      )}
      <p className={styles.title}>{title}</p>
      {children && <div className={styles.text}>{children}</div>}
      {action && <div className={styles.action}>{action}</div>}
    </div>
  );
}

/** Something failed: says what, and how to try again. */
export function Failed({ icon, title, children, action }: StateProps) {
  return (
    <div className={styles.state} role="alert">
      {icon && (
        <span className={`${styles.icon} ${styles.bad}`} aria-hidden="true">
          {icon}
        </span>
      )}
      <p className={styles.title}>{title}</p>
      {children && <div className={styles.text}>{children}</div>}
      {action && <div className={styles.action}>{action}</div>}
    </div>
  );
}
