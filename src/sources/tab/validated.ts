import type { z } from 'zod';
import { epochMillis } from '../../domain/time.ts';

/** A response that is JSON but not what the feed serves. The message names the place and what is wrong there. */
export class ParseError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'ParseError';
  }
}

/**
 * The value itself: a schema's own result is a copy of what it knows.
 * @param place where the value stands in its response; empty for a whole one
 * @throws ParseError
 */
export function validated<T>(schema: z.ZodType<T>, value: unknown, place = ''): T {
  const result = schema.safeParse(value);
  if (result.success) return value as T;
  const [issue] = result.error.issues;
  const path = [...(place === '' ? [] : [place]), ...(issue?.path ?? [])].join('.') || 'the body';
  const more = result.error.issues.length - 1;
  throw new ParseError(
    `${path}: ${issue?.message ?? 'not understood'}${more > 0 ? ` (and ${more} more)` : ''}`,
  );
}

/**
 * Counted before anything looks at the members: of very many, even what is wrong with each would take long to say.
 * @throws ParseError when a list has more members than are taken
 */
export function requireCount(list: unknown, max: number, place: string): void {
  if (!Array.isArray(list) || list.length <= max) return;
  throw new ParseError(`${place} has ${list.length} members, more than the ${max} that are taken`);
}

/** @throws ParseError when a text is no time */
export function timeOf(text: string, place: string): number {
  const millis = epochMillis(text);
  if (Number.isNaN(millis)) throw new ParseError(`${place} is not a time`);
  return millis;
}
