import { useEffect, useRef, useState } from 'react';

const quietMs = 10_000;

/** The latest text, but anew at most every ten seconds: for what a screen reader speaks by itself. */
export function useCalm(text: string): string {
  const [spoken, setSpoken] = useState(text);
  const latest = useRef(text);
  latest.current = text;
  useEffect(() => {
    const timer = setInterval(() => setSpoken(latest.current), quietMs);
    return () => clearInterval(timer);
  }, []);
  return spoken;
}
