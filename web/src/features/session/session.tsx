import { useQuery, useQueryClient } from '@tanstack/react-query';
import { createContext, type ReactNode, useContext, useMemo, useState } from 'react';
import { api } from '~/api/bidd';
import type { Me, Membership } from '~/api/types';
import { ProblemError } from '~/shared/problem';

const chosenKey = 'bidd.company';

/** Who is signed in; `null` when nobody is. */
export const useMe = () =>
  useQuery({
    queryKey: ['me'],
    queryFn: async (): Promise<Me | null> => {
      try {
        return await api.me();
      } catch (error) {
        if (error instanceof ProblemError && error.status === 401) return null;
        throw error;
      }
    },
    staleTime: 60_000,
  });

interface Session {
  me: Me;
  /** On whose behalf the portal works; `null` before the first application. */
  company: Membership | null;
  choose: (company: string) => void;
}

const SessionContext = createContext<Session | null>(null);

/** For everything below the signed-in frame. */
export function SessionProvider({ me, children }: { me: Me; children: ReactNode }) {
  const [chosen, setChosen] = useState(() => localStorage.getItem(chosenKey));
  const session = useMemo<Session>(() => {
    const company = me.companies.find((one) => one.id === chosen) ?? me.companies[0] ?? null;
    const choose = (id: string) => {
      localStorage.setItem(chosenKey, id);
      setChosen(id);
    };
    return { me, company, choose };
  }, [me, chosen]);
  return <SessionContext value={session}>{children}</SessionContext>;
}

export function useSession(): Session {
  const session = useContext(SessionContext);
  if (!session) throw new Error('useSession stands outside of SessionProvider');
  return session;
}

/** Ends the session here and at the server, and leaves nothing of it in memory. */
export function useSignOut(): () => Promise<void> {
  const client = useQueryClient();
  return async () => {
    await api.signOut();
    client.clear();
    location.assign('/');
  };
}
