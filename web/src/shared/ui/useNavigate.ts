import { useRouter } from '@tanstack/react-router';
import { useCallback } from 'react';

/** Goes to an address made by `paths.ts`, without loading the page. */
export function useNavigate(): (href: string, options?: { replace?: boolean }) => void {
  const { history } = useRouter();
  return useCallback(
    (href, options) => (options?.replace ? history.replace(href) : history.push(href)),
    [history],
  );
}
