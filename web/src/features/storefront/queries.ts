import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { api, type When } from '~/api/ddib';

/** What is chosen on the home page; lives in the URL. */
export interface Choice {
  category?: string;
  q?: string;
}

/** A storefront may be half a minute behind; the deal itself never is. */
const lookEveryMs = 30_000;
/** As many as the server gives at once. */
const weekLimit = 100;
export const endedShown = 8;

export const useWeek = (choice: Choice) =>
  useQuery({
    queryKey: ['deals', 'overview', 'week', choice],
    queryFn: () => api.deals({ ...choice, when: 'week', limit: weekLimit }),
    refetchInterval: lookEveryMs,
    placeholderData: (last) => last,
  });

export const useEnded = (choice: Choice) =>
  useQuery({
    queryKey: ['deals', 'overview', 'ended', choice],
    queryFn: () => api.deals({ ...choice, when: 'ended', limit: endedShown }),
    placeholderData: (last) => last,
  });

/** All deals of a time, page by page. */
export const useDeals = (when: When, choice: Choice) =>
  useInfiniteQuery({
    queryKey: ['deals', 'all', when, choice],
    queryFn: ({ pageParam }) => api.deals({ ...choice, when, ...(pageParam ? { cursor: pageParam } : {}) }),
    initialPageParam: '',
    getNextPageParam: (page) => page.nextCursor ?? undefined,
  });

export const useDeal = (name: string) =>
  useQuery({
    queryKey: ['deal', name],
    queryFn: () => api.deal(name),
    // Around the opening its own pages come up: the button must not be late.
    refetchInterval: 5_000,
  });

export const useStoreCompany = (slug: string) =>
  useQuery({
    queryKey: ['company', slug],
    queryFn: () => api.company(slug),
    refetchInterval: lookEveryMs,
  });
