import { useQuery } from '@tanstack/react-query';
import { api } from '~/api/bidd';

export const companyKey = (company: string) => ['company', company];

/** The company's own data, for its owner. */
export const useCompany = (company: string, options: { refetchInterval?: number } = {}) =>
  useQuery({ queryKey: companyKey(company), queryFn: () => api.company(company), ...options });
