import { useEffect, useState } from 'react';
import { runtime } from '~/api/deal';

/** A pod may know of a new line a moment later than the one that told of it. */
const retryMs = 1_500;

/**
 * The line that the company shows to everyone who waits. Every answer says which one is in force; its
 * text is fetched once, and the one before stays until it is there.
 */
export function useNotice(version: number | null): string | null {
  const [text, setText] = useState('');
  useEffect(() => {
    if (version === null) return;
    let isWanted = true;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const ask = () => {
      runtime.notice(version).then(
        (notice) => {
          if (isWanted) setText(notice.text);
        },
        () => {
          if (isWanted) timer = setTimeout(ask, retryMs);
        },
      );
    };
    ask();
    return () => {
      isWanted = false;
      clearTimeout(timer);
    };
  }, [version]);
  return version === null || text === '' ? null : text;
}
