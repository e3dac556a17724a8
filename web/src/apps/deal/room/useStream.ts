import { useEffect, useRef, useState } from 'react';
import { type Position, runtime } from '~/api/deal';
import { PositionStream } from './stream';

/** A pod that goes away, and doors that open, must not send everyone back to asking in the same instant. */
const spreadMs = 1_000;

interface Listener {
  /** For the screen, at once. */
  told: (position: Position) => void;
  /** The stream has ended, or what it told has to be looked into. */
  ask: () => void;
  /** Whether this has become another state than the page knows of. */
  isTurn: (position: Position) => boolean;
}

/** The room's stream of news, for as long as the page is open. */
export function useStream(listener: Listener): PositionStream {
  const latest = useRef(listener);
  latest.current = listener;
  const [stream] = useState(() => {
    const ask = () => setTimeout(() => latest.current.ask(), Math.random() * spreadMs);
    return new PositionStream({
      open: runtime.positions,
      told: (position) => {
        const { told, isTurn } = latest.current;
        if (isTurn(position)) ask();
        told(position);
      },
      lost: ask,
    });
  });
  useEffect(() => () => stream.close(), [stream]);
  return stream;
}
