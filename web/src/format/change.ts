export interface Change {
  readonly direction: 'shortened' | 'drifted' | 'unchanged';
  readonly arrow: '▼' | '▲' | '';
  /** Without a sign: the arrow says it. */
  readonly text: string;
  /** What a screen reader says. */
  readonly words: string;
}

/**
 * A change of a price as a share of what it was (to / from − 1) in words and signs; null when there is none to tell.
 * A price that fell has shortened: the runner is better fancied.
 */
export function change(share: number | null): Change | null {
  if (share === null) return null;
  const size = Math.abs(share * 100);
  const text = `${size < 10 ? size.toFixed(1) : size.toFixed(0)}%`;
  if (size < 0.05) return { direction: 'unchanged', arrow: '', text: '0%', words: 'unchanged' };
  return share < 0
    ? { direction: 'shortened', arrow: '▼', text, words: `shortened ${text}` }
    : { direction: 'drifted', arrow: '▲', text, words: `drifted ${text}` };
}
