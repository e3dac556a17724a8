import { useInfiniteQuery, useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { api } from '~/api/ddib';
import type { Order } from '~/api/types';

const listKey = ['myOrders'];
const orderKey = (id: string) => ['myOrder', id];

/** While a refund is on its way, its end is looked for. */
const refundEveryMs = 2_000;

export const useMyOrders = () =>
  useInfiniteQuery({
    queryKey: listKey,
    queryFn: ({ pageParam }) => api.orders(pageParam || undefined),
    initialPageParam: '',
    getNextPageParam: (page) => page.nextCursor ?? undefined,
    refetchInterval: ({ state }) =>
      state.data?.pages.some((page) => page.items.some((order) => order.state === 'refunding'))
        ? refundEveryMs
        : false,
  });

export const useMyOrder = (id: string) =>
  useQuery({
    queryKey: orderKey(id),
    queryFn: () => api.order(id),
    refetchInterval: ({ state }) => (state.data?.state === 'refunding' ? refundEveryMs : false),
  });

export function useRefund(id: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (reason: string) => api.refund(id, reason),
    onSuccess: async (order: Order) => {
      client.setQueryData(orderKey(id), order);
      await client.invalidateQueries({ queryKey: listKey });
    },
  });
}
