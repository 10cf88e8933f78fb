import { hash } from 'node:crypto';

/** A part of a natural key; null stands as nothing and numbers as JavaScript prints them. */
export type KeyPart = string | number | null;

/**
 * The id of a history row: the first 32 hexadecimal digits of SHA-256 over its natural key joined by `|`.
 * The same observation has the same id on any machine and in any replay.
 */
export function rowId(...parts: readonly KeyPart[]): string {
  return digest(parts.join('|'));
}

/** 32 hexadecimal digits that stand for a text, to tell whether it changed without keeping it. */
export function digest(text: string): string {
  // Not a slice of the whole digest: that would stay in memory with it.
  return hash('sha256', text, 'buffer').toString('hex', 0, 16);
}
