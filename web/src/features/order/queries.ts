import { useInfiniteQuery } from '@tanstack/react-query';
import { api } from '~/api/bidd';

export const ordersKey = (rental: string) => ['orders', rental];

/** The rental's orders, newest first, page by page. */
export const useOrders = (company: string, rental: string, options: { live: boolean }) =>
  useInfiniteQuery({
    queryKey: ordersKey(rental),
    queryFn: ({ pageParam }) => api.orders(company, rental, pageParam),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.nextCursor ?? undefined,
    select: (data) => data.pages.flatMap((page) => page.items),
    refetchInterval: options.live ? 5_000 : false,
  });
