import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { I18nProvider, RouterProvider } from 'react-aria-components';
import { ProblemError } from '../problem';
import { Toasts } from './Toast';

/** A refusal stays a refusal however often one asks; only silence and a server's fault are worth a retry. */
const worthARetry = (error: unknown): boolean =>
  !(error instanceof ProblemError) || error.status === 0 || error.status >= 500;

export const makeQueryClient = (): QueryClient =>
  new QueryClient({
    defaultOptions: {
      queries: { staleTime: 10_000, retry: (count, error) => count < 2 && worthARetry(error) },
      mutations: { retry: false },
    },
  });

interface ProvidersProps {
  client: QueryClient;
  /** Goes to an address of this app without loading the page. */
  navigate: (href: string) => void;
  children: ReactNode;
}

/** What every screen of the portal and the storefront stands on. */
export function Providers({ client, navigate, children }: ProvidersProps) {
  return (
    <I18nProvider locale="ko-KR">
      <RouterProvider navigate={navigate}>
        <QueryClientProvider client={client}>
          {children}
          <Toasts />
        </QueryClientProvider>
      </RouterProvider>
    </I18nProvider>
  );
}
