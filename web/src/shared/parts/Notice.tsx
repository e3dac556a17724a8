import type { ReactNode } from 'react';
import type { Tone } from '../words/glossary';
import { cx } from './cx';
import styles from './Notice.module.css';

interface NoticeProps {
  tone: Exclude<Tone, 'neutral' | 'warm'>;
  icon?: ReactNode;
  title?: string;
  children?: ReactNode;
  action?: ReactNode;
  /** Speaks at once to a screen reader: for what the shopper's last press brought about. */
  live?: boolean;
}

/** A sentence that belongs to the page, with at most one thing to do. */
export function Notice({ tone, icon, title, children, action, live = false }: NoticeProps) {
  return (
    <div className={cx(styles.notice, styles[tone])} role={live ? 'alert' : undefined}>
      {icon && (
        <span className={styles.icon} aria-hidden="true">
          {icon}
        </span>
      )}
      <div className={styles.words}>
        {title && <p className={styles.title}>{title}</p>}
        {children && <div className={styles.text}>{children}</div>}
      </div>
      {action && <div className={styles.action}>{action}</div>}
    </div>
  );
}
