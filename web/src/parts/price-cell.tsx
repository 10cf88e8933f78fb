import { useEffect, useRef, useState } from 'preact/hooks';
import { price } from '../format/numbers.ts';

interface PriceProps {
  readonly odds: number | null;
  readonly struck?: boolean;
}

/** A price that lights up for a moment when it changes. */
export function Price({ odds, struck = false }: PriceProps) {
  const shown = odds !== null && odds > 0 ? odds : null;
  const before = useRef(shown);
  const [moved, setMoved] = useState<'up' | 'down' | null>(null);
  useEffect(() => {
    const was = before.current;
    before.current = shown;
    if (was === shown || was === null || shown === null) return undefined;
    setMoved(shown > was ? 'up' : 'down');
    const timer = setTimeout(() => {
      setMoved(null);
    }, 1_200);
    return () => {
      clearTimeout(timer);
    };
  }, [shown]);
  const text = price(shown);
  return <span class={`price num${moved ? ` moved-${moved}` : ''}`}>{struck ? <s>{text}</s> : text}</span>;
}
