import { useCallback, useEffect, useState } from 'react';
import { messageOf } from './bridge.ts';

export interface Answer<Value> {
  readonly value: Value | undefined;
  readonly error: string | undefined;
  readonly again: () => void;
  readonly set: (value: Value) => void;
}

/** What a page asks when it is shown, and again whenever `key` changes. */
export function useAnswer<Value>(key: string, question: () => Promise<Value>): Answer<Value> {
  const [answer, setAnswer] = useState<{ key: string; value?: Value; error?: string }>({ key });
  const [turn, setTurn] = useState(0);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the question is told apart by its key
  useEffect(() => {
    let wanted = true;
    question().then(
      (value) => wanted && setAnswer({ key, value }),
      (error: unknown) => wanted && setAnswer((before) => ({ ...before, key, error: messageOf(error) })),
    );
    return () => {
      wanted = false;
    };
  }, [key, turn]);
  const again = useCallback(() => setTurn((before) => before + 1), []);
  const set = useCallback((value: Value) => setAnswer({ key, value }), [key]);
  const current = answer.key === key ? answer : { key };
  return { value: current.value, error: current.error, again, set };
}
