import { hashWords, mix } from './random.ts';

/** What an id stands for. */
type IdKind = 'meeting' | 'race' | 'entrant' | 'stranger' | 'dividend';

const kinds: readonly IdKind[] = ['meeting', 'race', 'entrant', 'stranger', 'dividend'];

/** Everything an id says: the NZ date as days since 1970, and places counted from 0 within it. */
interface IdParts {
  readonly kind: IdKind;
  readonly day: number;
  readonly meeting: number;
  readonly race: number;
  /** Entrant, id outside the field, or dividend. */
  readonly part: number;
}

/** Turns places in the programme into ids that look random, and back without any memory. */
export interface Identifiers {
  encode(kind: IdKind, day: number, meeting: number, race?: number, part?: number): string;
  /** Null for an id that this programme never gave out. */
  decode(id: string): IdParts | null;
}

const rounds = [0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19];

function hex(word: number, digits: number): string {
  return (word >>> 0).toString(16).padStart(8, '0').slice(0, digits);
}

/** Ids for one programme: another key scrambles the same places into other ids. */
export function identifiers(key: string): Identifiers {
  const secret = hashWords(`${key}|ids`);
  const turn = (word: number, round: number) => mix(word ^ round ^ secret[0]) ^ secret[1];

  function check(left: number, right: number): string {
    const first = mix(left ^ mix(right ^ secret[2]));
    return hex(first, 7) + hex(mix(first ^ mix(right ^ secret[3])), 7);
  }

  function encode(kind: IdKind, day: number, meeting: number, race = 0, part = 0): string {
    let left = (kinds.indexOf(kind) << 28) | ((day & 0xffff) << 12) | (meeting & 0xfff);
    let right = ((race & 0xff) << 24) | ((part & 0xff) << 16);
    for (const round of rounds) [left, right] = [right, left ^ turn(right, round)];
    const digits = hex(left, 8) + hex(right, 8) + check(left, right);
    // Version and variant as in a random UUID.
    return `${digits.slice(0, 8)}-${digits.slice(8, 12)}-4${digits.slice(12, 15)}-a${digits.slice(15, 18)}-${digits.slice(18)}`;
  }

  function decode(id: string): IdParts | null {
    const groups = /^([0-9a-f]{8})-([0-9a-f]{4})-4([0-9a-f]{3})-a([0-9a-f]{3})-([0-9a-f]{12})$/.exec(id);
    if (!groups) return null;
    const digits = groups.slice(1).join('');
    let left = parseInt(digits.slice(0, 8), 16) | 0;
    let right = parseInt(digits.slice(8, 16), 16) | 0;
    if (check(left, right) !== digits.slice(16)) return null;
    for (const round of rounds.toReversed()) [left, right] = [right ^ turn(left, round), left];
    const kind = kinds[left >>> 28];
    if (kind === undefined) return null;
    const parts = {
      kind,
      day: (left >>> 12) & 0xffff,
      meeting: left & 0xfff,
      race: right >>> 24,
      part: (right >>> 16) & 0xff,
    };
    return parts;
  }

  return { encode, decode };
}
