import { createHash } from 'node:crypto';

/** The first 32 hex digits of SHA-256 over the natural key joined by `|`; null as nothing. */
export function idOf(...key: (string | number | null)[]): string {
  const joined = key.map((part) => (part === null ? '' : String(part))).join('|');
  return createHash('sha256').update(joined).digest('hex').slice(0, 32);
}
