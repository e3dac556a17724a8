import type { ReactNode } from 'react';
import { cx } from '../parts/cx';
import styles from './FigureTile.module.css';

interface FigureTileProps {
  label: string;
  value: ReactNode;
  note?: ReactNode;
  warm?: boolean;
  children?: ReactNode;
}

/** One figure, large. */
export function FigureTile({ label, value, note, warm = false, children }: FigureTileProps) {
  return (
    <div className={styles.tile}>
      <p className={styles.label}>{label}</p>
      <p className={cx(styles.value, warm && styles.warm)}>{value}</p>
      {note && <p className={styles.note}>{note}</p>}
      {children && <div className={styles.more}>{children}</div>}
    </div>
  );
}

export const FigureTiles = ({ children }: { children: ReactNode }) => (
  <div className={styles.tiles}>{children}</div>
);
