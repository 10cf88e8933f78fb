import { digest } from '../src/domain/ids.ts';

/** An id in the form of the feed's own, always the same for the same thing. */
export function uuidOf(kind: string, ...numbers: readonly number[]): string {
  const hex = digest(`${kind}/${numbers.join('/')}`);
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}
