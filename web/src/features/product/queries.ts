import { useQuery } from '@tanstack/react-query';
import { api } from '~/api/bidd';

export const productsKey = (rental: string) => ['products', rental];

export const useProducts = (company: string, rental: string) =>
  useQuery({ queryKey: productsKey(rental), queryFn: () => api.products(company, rental) });
