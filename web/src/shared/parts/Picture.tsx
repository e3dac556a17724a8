import { useState } from 'react';
import { cx } from './cx';
import styles from './Picture.module.css';

interface PictureProps {
  /** Nothing where there is no picture. */
  url: string | null | undefined;
  /** `full`: as wide as its place; `card`: the same, square; `thumb`: small, for rows. */
  size: 'full' | 'card' | 'thumb';
  /** Not fetched before it comes near the screen: for long lists. */
  lazy?: boolean;
}

/** A product's picture in a frame that is there before the picture is. Its name stands beside it. */
export function Picture({ url, size, lazy = false }: PictureProps) {
  const [broken, setBroken] = useState(false);
  return (
    <div className={cx(styles.frame, styles[size])}>
      {url && !broken ? (
        <img
          src={url}
          alt=""
          decoding="async"
          loading={lazy ? 'lazy' : 'eager'}
          onError={() => setBroken(true)}
        />
      ) : (
        <svg viewBox="0 0 24 24" aria-hidden="true">
          <path d="M4 8l8-4 8 4v8l-8 4-8-4zM4 8l8 4 8-4M12 12v8" />
        </svg>
      )}
    </div>
  );
}
