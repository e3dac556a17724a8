import { useState } from 'react';
import { cx } from '~/shared/parts/cx';
import styles from './Picture.module.css';

/** A product's picture in a square that is there before the picture is. Its name stands beside it. */
export function Picture({ url, size }: { url: string; size: 'full' | 'thumb' }) {
  const [broken, setBroken] = useState(false);
  return (
    <div className={cx(styles.frame, styles[size])}>
      {url && !broken ? (
        <img src={url} alt="" decoding="async" onError={() => setBroken(true)} />
      ) : (
        <svg viewBox="0 0 24 24" aria-hidden="true">
          <path d="M4 8l8-4 8 4v8l-8 4-8-4zM4 8l8 4 8-4M12 12v8" />
        </svg>
      )}
    </div>
  );
}
