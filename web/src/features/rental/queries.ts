import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { api } from '~/api/bidd';
import type { Rental } from '~/api/types';
import { useSession } from '~/features/session/session';
import { serverNow } from '~/shared/clock';
import { codeOf } from '~/shared/problem';
import { lookAgainMs } from './life';

export const rentalsKey = (company: string) => ['rentals', company];
export const rentalKey = (rental: string) => ['rental', rental];

/** The company's rentals, newest window first, page by page. */
export const useRentals = (company: string) =>
  useInfiniteQuery({
    queryKey: rentalsKey(company),
    queryFn: ({ pageParam }) => api.rentals(company, pageParam),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.nextCursor ?? undefined,
    select: (data) => data.pages.flatMap((page) => page.items),
    refetchInterval: 30_000,
  });

export interface OwnedRental {
  company: string;
  rental: Rental;
}

/** A rental by its id alone: the way back from a payment does not name the company. */
export function useRental(id: string) {
  const { me, company } = useSession();
  return useQuery({
    queryKey: rentalKey(id),
    queryFn: async (): Promise<OwnedRental> => {
      const mine = [company, ...me.companies.filter((one) => one.id !== company?.id)].filter(
        (one) => one !== null,
      );
      let missing: unknown = new Error('the signed-in person has no company');
      for (const { id: owner } of mine) {
        try {
          return { company: owner, rental: await api.rental(owner, id) };
        } catch (error) {
          if (codeOf(error) !== 'not_found' && codeOf(error) !== 'rental_unknown') throw error;
          missing = error;
        }
      }
      throw missing;
    },
    refetchInterval: (query) =>
      query.state.data ? lookAgainMs(query.state.data.rental, serverNow()) : false,
  });
}

export const usePlans = () =>
  useQuery({ queryKey: ['plans'], queryFn: api.plans, staleTime: Number.POSITIVE_INFINITY });
