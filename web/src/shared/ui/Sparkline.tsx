import { cx } from '../parts/cx';
import styles from './Sparkline.module.css';

export interface Sample {
  /** Milliseconds since the epoch. */
  at: number;
  value: number;
}

interface SparklineProps {
  samples: readonly Sample[];
  /** The most time that the width may stand for; less while there is less to show. */
  windowMs: number;
  /** What is drawn, and how it went, in words. */
  label: string;
  tone?: 'brand' | 'warm' | 'success';
}

const width = 240;
const height = 48;
const shortestMs = 30_000;

/** The last minutes of one figure. It says `label`; the figure itself stands above it in large type. */
export function Sparkline({ samples, windowMs, label, tone = 'brand' }: SparklineProps) {
  const last = samples.at(-1);
  if (!last || samples.length < 2) return <div className={styles.waiting} />;
  const seenMs = last.at - (samples[0]?.at ?? last.at);
  const shownMs = Math.min(windowMs, Math.max(shortestMs, seenMs));
  const top = Math.max(1, ...samples.map((sample) => sample.value));
  const points = samples.map((sample) => {
    const x = width - ((last.at - sample.at) / shownMs) * width;
    const y = height - 2 - (sample.value / top) * (height - 6);
    return `${x.toFixed(1)},${y.toFixed(1)}`;
  });
  const firstX = points[0]?.split(',')[0] ?? '0';
  return (
    <svg
      viewBox={`0 0 ${width} ${height}`}
      preserveAspectRatio="none"
      role="img"
      aria-label={label}
      className={cx(styles.chart, styles[tone])}
    >
      <polygon
        points={`${firstX},${height} ${points.join(' ')} ${width},${height}`}
        className={styles.area}
      />
      <polyline points={points.join(' ')} className={styles.line} vectorEffect="non-scaling-stroke" />
    </svg>
  );
}
