import { useInfiniteQuery } from '@tanstack/react-query';
import { api } from '~/api/bidd';
import type { Listing, Order } from '~/api/types';

export const ordersKey = (rental: string) => ['orders', rental];

const hasRefundUnderWay = (page: Listing<Order>) => page.items.some((order) => order.state === 'refunding');

/** The rental's orders, newest first, page by page. */
export const useOrders = (company: string, rental: string, options: { live: boolean }) =>
  useInfiniteQuery({
    queryKey: ordersKey(rental),
    queryFn: ({ pageParam }) => api.orders(company, rental, pageParam),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.nextCursor ?? undefined,
    select: (data) => data.pages.flatMap((page) => page.items),
    refetchInterval: ({ state }) =>
      options.live || state.data?.pages.some(hasRefundUnderWay) ? 4_000 : false,
  });
