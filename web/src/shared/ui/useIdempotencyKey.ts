import { useRef } from 'react';

/**
 * A key for a request that books or pays: the same for the same content, however often the button is
 * pressed, and another one once the content is another.
 */
export function useIdempotencyKey(): (content: unknown) => string {
  const last = useRef<{ content: string; key: string } | null>(null);
  return (content) => {
    const text = JSON.stringify(content) ?? '';
    if (last.current?.content !== text) last.current = { content: text, key: crypto.randomUUID() };
    return last.current.key;
  };
}
