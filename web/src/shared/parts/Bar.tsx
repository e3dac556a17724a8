import type { Tone } from '../words/glossary';
import styles from './Bar.module.css';
import { cx } from './cx';

interface BarProps {
  value: number;
  max: number;
  /** What the bar says, for those who do not see it. */
  label: string;
  tone?: Extract<Tone, 'brand' | 'warm' | 'success' | 'neutral'>;
}

/** How much of a whole, as a thin bar. The number always stands beside it, put there by the caller. */
export function Bar({ value, max, label, tone = 'brand' }: BarProps) {
  const share = max > 0 ? Math.min(1, Math.max(0, value / max)) : 0;
  return (
    // biome-ignore lint/a11y/useSemanticElements: <meter> cannot be styled alike in every browser
    <div
      className={styles.track}
      role="meter"
      aria-label={label}
      aria-valuenow={value}
      aria-valuemin={0}
      aria-valuemax={max}
    >
      <div className={cx(styles.fill, styles[tone])} style={{ transform: `scaleX(${share})` }} />
    </div>
  );
}
