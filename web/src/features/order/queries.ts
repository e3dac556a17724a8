import { type QueryKey, useInfiniteQuery } from '@tanstack/react-query';
import { api } from '~/api/bidd';
import type { Listing, Order } from '~/api/types';

/** The lists of a rental's orders and of all of a company's; both begin alike, and are forgotten together. */
export const allOrdersKey = ['orders'];

const hasRefundUnderWay = (page: Listing<Order>) => page.items.some((order) => order.state === 'refunding');

/** A list of orders, newest first, page by page. */
const useListed = (
  queryKey: QueryKey,
  read: (cursor?: string) => Promise<Listing<Order>>,
  { live }: { live: boolean },
) =>
  useInfiniteQuery({
    queryKey,
    queryFn: ({ pageParam }) => read(pageParam),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.nextCursor ?? undefined,
    select: (data) => data.pages.flatMap((page) => page.items),
    refetchInterval: ({ state }) => (live || state.data?.pages.some(hasRefundUnderWay) ? 4_000 : false),
  });

/** The rental's orders. */
export const useOrders = (company: string, rental: string, options: { live: boolean }) =>
  useListed([...allOrdersKey, 'rental', rental], (cursor) => api.orders(company, rental, cursor), options);

/** The orders of all of the company's deals, whoever made them. */
export const useCompanyOrders = (company: string) =>
  useListed([...allOrdersKey, 'company', company], (cursor) => api.companyOrders(company, cursor), {
    live: false,
  });

export type Orders = ReturnType<typeof useOrders>;
