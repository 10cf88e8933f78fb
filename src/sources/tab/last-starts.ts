import { randomUUID } from 'node:crypto';
import { digest } from '../../domain/ids.ts';
import { isTooDeep } from './depth.ts';
import { areHashesLoaded, hashes } from './hashing.ts';

/**
 * Most of a large response is its runners' `last_starts`, which are the same all day and of which nothing is
 * used but that they are the same. So they are cut out of the bytes before these are parsed, and parsed only where
 * they are not known yet, or where somebody wants to read them.
 *
 * What is cut out is a whole JSON array, for it was parsed as one, now or before. In its place stands a string
 * that nobody can guess. When this string comes out of the parser as the value of a runner, the array
 * stood where a value stands, and parsing it there gives what parsing it alone gives. When it does not, the whole
 * response is parsed.
 */

const key = Buffer.from('"last_starts":');
const begin = Buffer.from('[{');
const end = Buffer.from('}]');

/** Bytes from which on it is worth it. */
const leastBytes = 512;

const placeholder = randomUUID();

/** A value of `last_starts` that is not parsed until it is written out. */
export class LastStarts {
  /** Stands for its bytes: 64 bits of a hash. */
  readonly hash: string;
  readonly #bytes: Buffer;

  constructor(bytes: Buffer, hash: string) {
    this.hash = hash;
    this.#bytes = bytes;
  }

  /** For JSON.stringify. */
  toJSON(): unknown {
    return JSON.parse(this.#bytes.toString('utf8'));
  }
}

/** A body without what was cut out of it. */
export interface Cut {
  readonly text: string;
  readonly starts: readonly LastStarts[];
}

/**
 * The JSON of an event response; past starts of its runners may be {@link LastStarts}.
 *
 * @param body in UTF-8
 * @param dataOf where in the JSON the response's `data` is
 * @throws SyntaxError
 */
export function decodeEvent(body: Buffer, dataOf: (json: unknown) => unknown = ownData): unknown {
  const { text, starts } = cut(body);
  try {
    const json = JSON.parse(text) as unknown;
    if (restore(dataOf(json), starts)) return json;
  } catch (error) {
    if (starts.length === 0) throw error;
  }
  return JSON.parse(body.toString('utf8'));
}

function ownData(json: unknown): unknown {
  return (json as { data?: unknown } | null)?.data;
}

/** Cuts the past starts out of a body, each with a placeholder in its place. */
export function cut(body: Buffer): Cut {
  const parts: Buffer[] = [];
  const starts: LastStarts[] = [];
  if (!areHashesLoaded()) return { text: body.toString('utf8'), starts };
  let kept = 0;
  for (let at = body.indexOf(key); at !== -1; at = body.indexOf(key, kept > at ? kept : at + key.length)) {
    const from = at + key.length;
    if (!isAt(body, begin, from)) continue;
    const last = body.indexOf(end, from);
    // What looks like this and is none could be there very often, and each would be looked through to the end.
    if (last === -1) break;
    const to = last + end.length;
    const bytes = body.subarray(from, to);
    if (bytes.length < leastBytes) continue;
    const hash = hashes().h64Raw(bytes).toString(36);
    if (!isArray(bytes, hash)) break;
    parts.push(body.subarray(kept, from), Buffer.from(`"${placeholder}${starts.length}"`));
    starts.push(new LastStarts(bytes, hash));
    kept = to;
  }
  if (starts.length === 0) return { text: body.toString('utf8'), starts };
  return { text: Buffer.concat([...parts, body.subarray(kept)]).toString('utf8'), starts };
}

/** Puts each where its placeholder is. False when one is not found: then the JSON is of no use. */
export function restore(data: unknown, starts: readonly LastStarts[]): boolean {
  if (starts.length === 0) return true;
  const { runners, favourite, mover } = (data ?? {}) as Record<string, unknown>;
  let found = 0;
  for (const runner of [favourite, mover, ...(Array.isArray(runners) ? (runners as unknown[]) : [])]) {
    const holder = runner as { last_starts?: unknown } | null | undefined;
    const text = holder?.last_starts;
    if (!holder || typeof text !== 'string' || !text.startsWith(placeholder)) continue;
    holder.last_starts = starts[Number(text.slice(placeholder.length))];
    found += 1;
  }
  return found === starts.length;
}

/** Past starts that are known to be arrays, and not too deep, by their hash; and forms, to their digest. */
const arrays = new Set<string>();
const digests = new Map<bigint, string>();

/** Some ten days of runners; a hash takes some 50 bytes. */
const mostKnown = 50_000;

function isArray(bytes: Buffer, hash: string): boolean {
  if (arrays.has(hash)) return true;
  try {
    if (isTooDeep(JSON.parse(bytes.toString('utf8')))) return false;
  } catch {
    return false;
  }
  if (arrays.size >= mostKnown) arrays.clear();
  arrays.add(hash);
  return true;
}

/**
 * Digest of a form as it is written out, of which the past starts need not be parsed when it is known.
 * @param form with {@link LastStarts}
 */
export function formDigest(form: Readonly<Record<string, unknown>>, starts: LastStarts): string {
  const known = hashes().h64(JSON.stringify({ ...form, last_starts: starts.hash }));
  const found = digests.get(known);
  if (found !== undefined) return found;
  const made = digest(JSON.stringify(form));
  if (digests.size >= mostKnown) digests.clear();
  digests.set(known, made);
  return made;
}

function isAt(body: Buffer, what: Buffer, at: number): boolean {
  return body.subarray(at, at + what.length).equals(what);
}
