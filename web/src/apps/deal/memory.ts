// What a browser remembers for the shopper. Storage may be full or forbidden: then it remembers nothing.

type Kind = 'local' | 'session';

const storage = (kind: Kind): Storage => (kind === 'local' ? localStorage : sessionStorage);

export function recall<Value>(kind: Kind, key: string): Value | null {
  try {
    const text = storage(kind).getItem(key);
    return text === null ? null : (JSON.parse(text) as Value);
  } catch {
    return null;
  }
}

export function remember(kind: Kind, key: string, value: unknown): void {
  try {
    storage(kind).setItem(key, JSON.stringify(value));
  } catch {
    // Nothing depends on it.
  }
}

export function forget(kind: Kind, key: string): void {
  try {
    storage(kind).removeItem(key);
  } catch {
    // Nothing depends on it.
  }
}

/** 32 hex digits that nobody can guess. (`randomUUID` is missing where there is no TLS.) */
export function randomHex(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}

const attemptKey = 'ddib.attempt';

/**
 * The key of an attempt to order: the same for the same wish, however often the button is pressed and
 * even over a reload, until the attempt has come to an end.
 */
export function attemptFor(wish: unknown): string {
  const content = JSON.stringify(wish);
  const last = recall<{ content: string; key: string }>('session', attemptKey);
  if (last?.content === content) return last.key;
  const key = randomHex();
  remember('session', attemptKey, { content, key });
  return key;
}

export const attemptEnded = (): void => forget('session', attemptKey);

const orderedKey = 'ddib.ordered';

/** That something was ordered here, so that the orders are asked for on every screen of the deal. */
export const rememberOrdered = (deal: string): void => remember('local', orderedKey, deal);
export const hasOrdered = (deal: string): boolean => recall<string>('local', orderedKey) === deal;
