import type { SQLOutputValue } from 'node:sqlite';

/** Bytes that cannot be what they should be. */
export class BadBytes extends Error {}

const utf8 = new TextDecoder('utf-8', { fatal: true });

/** A number of one to nine bytes, and where it ends. Those beyond 2^53 are none that a journal holds. */
export function readVarint(bytes: Buffer, at: number): { readonly value: number; readonly end: number } {
  let value = 0;
  for (let place = at; place < at + 8; place++) {
    const byte = byteAt(bytes, place);
    value = value * 128 + (byte & 0x7f);
    if (byte < 0x80) {
      if (!Number.isSafeInteger(value)) throw new BadBytes('a number is too large');
      return { value, end: place + 1 };
    }
  }
  throw new BadBytes('a number is too large');
}

/**
 * The values of a record.
 * @throws BadBytes when it is none
 * @see https://sqlite.org/fileformat2.html#record_format
 */
export function readRecord(bytes: Buffer): SQLOutputValue[] {
  const header = readVarint(bytes, 0);
  if (header.value > bytes.length) throw new BadBytes('a record’s header is too long');
  const values: SQLOutputValue[] = [];
  let place = header.value;
  for (let at = header.end; at < header.value;) {
    const type = readVarint(bytes, at);
    const length = lengthOf(type.value);
    if (place + length > bytes.length) throw new BadBytes('a record is too short');
    values.push(valueOf(type.value, bytes.subarray(place, place + length)));
    place += length;
    at = type.end;
  }
  if (place !== bytes.length) throw new BadBytes('a record is too long');
  return values;
}

const lengths = [0, 1, 2, 3, 4, 6, 8, 8, 0, 0];

function lengthOf(type: number): number {
  if (type >= 12) return (type - (type % 2) - 12) / 2;
  const length = lengths[type];
  if (length === undefined) throw new BadBytes('a value is of no type');
  return length;
}

function valueOf(type: number, bytes: Buffer): SQLOutputValue {
  if (type >= 12) return type % 2 === 0 ? Uint8Array.from(bytes) : textOf(bytes);
  if (type === 0) return null;
  if (type === 7) return bytes.readDoubleBE(0);
  if (type === 8) return 0;
  if (type === 9) return 1;
  return type === 6 ? Number(bytes.readBigInt64BE(0)) : bytes.readIntBE(0, bytes.length);
}

function textOf(bytes: Buffer): string {
  try {
    return utf8.decode(bytes);
  } catch (error) {
    throw new BadBytes('a text is not UTF-8', { cause: error });
  }
}

function byteAt(bytes: Buffer, at: number): number {
  const byte = bytes[at];
  if (byte === undefined) throw new BadBytes('a number is cut off');
  return byte;
}
