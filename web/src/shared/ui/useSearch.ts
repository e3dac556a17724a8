import { useRouter, useRouterState } from '@tanstack/react-router';
import { useMemo } from 'react';

type Search = Record<string, string | undefined>;

/** What the URL says after `?`, and how to change some of it without adding to the history. */
export function useSearch(): [Search, (changes: Search) => void] {
  const { history } = useRouter();
  const { pathname, searchStr } = useRouterState({ select: (state) => state.location });
  const search = useMemo(() => Object.fromEntries(new URLSearchParams(searchStr)) as Search, [searchStr]);
  const change = (changes: Search) => {
    const next = new URLSearchParams(searchStr);
    for (const [key, value] of Object.entries(changes)) {
      if (value === undefined) next.delete(key);
      else next.set(key, value);
    }
    history.replace(`${pathname}${next.size > 0 ? `?${next}` : ''}`);
  };
  return [search, change];
}
