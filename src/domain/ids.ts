import { createHash } from 'node:crypto';

/** A part of a natural key; null stands as nothing and numbers as JavaScript prints them. */
export type KeyPart = string | number | null;

/**
 * The id of a history row: the first 32 hexadecimal digits of SHA-256 over its natural key joined by `|`.
 * The same observation has the same id on any machine and in any replay.
 */
export function rowId(...parts: readonly KeyPart[]): string {
  return digest(parts.map((part) => (part === null ? '' : String(part))).join('|'));
}

/** 32 hexadecimal digits that stand for a text, to tell whether it changed without keeping it. */
export function digest(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 32);
}
