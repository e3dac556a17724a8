import type { CSSProperties } from 'react';
import styles from './Skeleton.module.css';

/** Stands where something will be, in its exact size, so that nothing shifts when it comes. */
export function Skeleton({ height, width = '100%' }: { height: number | string; width?: number | string }) {
  const style: CSSProperties = { height, width };
  return <span className={styles.skeleton} style={style} aria-hidden="true" />;
}

/** `count` lines of a list that is on its way. Says so once to a screen reader. */
export function SkeletonRows({ count, height }: { count: number; height: number }) {
  return (
    <div className={styles.rows} role="status">
      <span className="visually-hidden">불러오고 있어요</span>
      {Array.from({ length: count }, (_, at) => `row-${at}`).map((key) => (
        <Skeleton key={key} height={height} />
      ))}
    </div>
  );
}
