import type { UseQueryResult } from '@tanstack/react-query';
import { CloudAlert } from 'lucide-react';
import type { ReactNode } from 'react';
import { Failed } from '../parts/States';
import { wordsFor } from '../words/errors';
import { Button } from './Button';

interface LoadedProps<Data> {
  query: UseQueryResult<Data>;
  /** In the exact size of what comes. */
  skeleton: ReactNode;
  children: (data: Data) => ReactNode;
}

/** The states of what comes from a server: on its way, failed with a retry, there. */
export function Loaded<Data>({ query, skeleton, children }: LoadedProps<Data>) {
  if (query.data !== undefined) return children(query.data);
  if (query.isPending) return skeleton;
  return (
    <Failed
      icon={<CloudAlert size={28} />}
      title="불러오지 못했어요"
      action={
        <Button look="secondary" onPress={() => query.refetch()} isPending={query.isFetching}>
          다시 불러오기
        </Button>
      }
    >
      {wordsFor(query.error)}
    </Failed>
  );
}
