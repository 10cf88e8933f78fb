import type { Print, Span } from '../../domain/print.ts';
import { epochMillis } from '../../domain/time.ts';
import { areHashesLoaded, hashes } from './hashing.ts';
import { isTooDeep } from './depth.ts';
import { limits } from './limits.ts';

/**
 * Tells from bytes alone that a response says what one before it said. Two responses of an unchanged race differ in
 * `header.generated_time` and in the order of some lists; whatever else differs is for the parser.
 */

const timeKey = '"generated_time":"';
/** The header comes first, and its time among its first members. */
const timeWithin = 4096;
const longestTime = 40;
const quote = 0x22;

/** Lists that the feed serves in another order with equal content, and where they begin. */
const lists = [
  {
    // After the runners, which are most of a body.
    find: (body: Buffer, key: string) => body.lastIndexOf(key),
    key: '"money_tracker":{"entrants":',
    of: (body: Served) => body.data?.money_tracker?.entrants,
  },
  { find: first, key: '"dividends":', of: (body: Served) => body.data?.dividends },
  { find: first, key: '"tips":', of: (body: Served) => body.data?.race?.tips },
];

function first(body: Buffer, key: string): number {
  return body.indexOf(key);
}

const maxMembers = limits.unorderedMembers;

interface Served {
  readonly header?: { readonly generated_time?: unknown } | null;
  readonly data?: {
    readonly race?: { readonly tips?: unknown } | null;
    readonly dividends?: unknown;
    readonly money_tracker?: { readonly entrants?: unknown } | null;
  } | null;
}

/**
 * What stands for a response that was understood; null when its bytes are not laid out as the feed lays them out.
 *
 * @param body decompressed
 * @param json the same, decoded
 */
export function printOf(body: Buffer, json: unknown): Print | null {
  const served = (json ?? {}) as Served;
  const time = areHashesLoaded() ? timeSpan(body, served) : null;
  if (time === null) return null;
  const found = lists
    .map((list) => listSpan(body, list, served))
    .filter((span) => span !== null)
    .toSorted((a, b) => a.from - b.from);
  return { length: body.length, time, lists: found, rest: restHash(body, time, found, 0) };
}

/**
 * When a response says what the one said that a print was taken of: its own time, epoch milliseconds. Null when it
 * cannot be told, or says something else.
 */
export function sameAs(print: Print, body: Buffer): number | null {
  const { from, to } = print.time;
  const end = body.subarray(0, from + longestTime).indexOf(quote, from);
  const moved = end - to;
  if (end === -1 || body.length !== print.length + moved) return null;
  for (const list of print.lists) {
    const text = body.toString('latin1', list.from + moved, list.to + moved);
    if (membersHash(text, list.isFlat) !== list.members) return null;
  }
  if (restHash(body, { from, to: end }, print.lists, moved) !== print.rest) return null;
  const time = epochMillis(body.toString('latin1', from, end));
  return Number.isNaN(time) ? null : time;
}

/** The time of the header alone: another member of that name may stand elsewhere. */
function timeSpan(body: Buffer, served: Served): Span | null {
  const text = served.header?.generated_time;
  if (typeof text !== 'string' || body.toString('latin1', 0, 11) !== '{"header":{') return null;
  const head = body.subarray(0, timeWithin);
  const from = head.indexOf(timeKey) + timeKey.length;
  const to = from + text.length;
  // Before the header ends, and not in an object inside of it.
  const isOwn = from > timeKey.length && head.indexOf('}') >= to && head.indexOf('{', 11) >= to;
  return isOwn && body.toString('latin1', from, to) === text && body[to] === quote ? { from, to } : null;
}

/** A list is compared without its order where it stands, just as it would be written anew. */
function listSpan(
  body: Buffer,
  { find, key, of }: (typeof lists)[number],
  served: Served,
): Print['lists'][number] | null {
  const list = of(served);
  if (!Array.isArray(list) || list.length < 2 || list.length > maxMembers || isTooDeep(list)) return null;
  const from = find(body, key) + key.length;
  if (from < key.length) return null;
  const bytes = Buffer.from(JSON.stringify(list));
  const to = from + bytes.length;
  if (!bytes.equals(body.subarray(from, to))) return null;
  const text = bytes.toString('latin1');
  const isFlat = flatMembers(text)?.length === list.length;
  const members = membersHash(text, isFlat);
  return members === null ? null : { from, to, isFlat, members };
}

/**
 * Of a list's members, the same in every order; null when it is no list.
 * @param text a character a byte
 */
function membersHash(text: string, isFlat: boolean): bigint | null {
  const members = isFlat ? flatMembers(text) : parsedMembers(text);
  if (members !== null && members.length > maxMembers) return null;
  return members && hashes().h64(members.toSorted().join('\n'));
}

/** The texts of objects, which have no objects in them where there are as many as the list has members. */
function flatMembers(text: string): string[] | null {
  return text.startsWith('[{') && text.endsWith('}]') ? text.slice(2, -2).split('},{', maxMembers + 1) : null;
}

function parsedMembers(text: string): string[] | null {
  try {
    const list = JSON.parse(text) as unknown;
    return Array.isArray(list) ? list.map((member) => JSON.stringify(member)) : null;
  } catch {
    return null;
  }
}

/** Of everything but the header's time and the lists. */
function restHash(body: Buffer, time: Span, found: readonly Span[], moved: number): bigint {
  const hash = hashes().create64();
  hash.update(body.subarray(0, time.from));
  let at = time.to;
  for (const { from, to } of found) {
    hash.update(body.subarray(at, from + moved));
    at = to + moved;
  }
  return hash.update(body.subarray(at)).digest();
}
