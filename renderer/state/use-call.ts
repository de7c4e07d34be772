import { useCallback, useRef, useState } from 'react';
import { messageOf } from './bridge.ts';

export interface Call {
  readonly busy: boolean;
  /** What went wrong the last time, for people. */
  readonly error: string | undefined;
  /** Runs `work` unless one is under way; resolves to whether it went well. */
  readonly run: (work: () => Promise<void>) => Promise<boolean>;
  readonly clear: () => void;
}

/** One thing a person asked for: under way, done, or failed with a sentence. */
export function useCall(): Call {
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<string>();
  const underWay = useRef(false);
  const run = useCallback(async (work: () => Promise<void>) => {
    if (underWay.current) return false;
    underWay.current = true;
    setBusy(true);
    setError(undefined);
    try {
      await work();
      return true;
    } catch (failure) {
      setError(messageOf(failure));
      return false;
    } finally {
      underWay.current = false;
      setBusy(false);
    }
  }, []);
  const clear = useCallback(() => setError(undefined), []);
  return { busy, error, run, clear };
}
