import type { SQLOutputValue } from 'node:sqlite';
import { BadBytes, readRecord, readVarint } from './record.ts';
import { pageSize } from './pages.ts';
import type { Pages } from './pages.ts';

/** A row as a page holds it. */
export interface FoundRow {
  readonly kind: 'row';
  /** 0 in a table whose rows have none. */
  readonly rowid: number;
  readonly values: readonly SQLOutputValue[];
}

/** A place of a tree at which rows cannot be read: those with a rowid over `after`, up to `upTo`. */
export interface Hole {
  readonly kind: 'hole';
  readonly after: number;
  /** Infinity at the end of a table. */
  readonly upTo: number;
  /** Whether a whole page is lost, or only one row of it. */
  readonly page: boolean;
}

/** The kinds of pages by their first byte. */
const tableInterior = 0x05;
const tableLeaf = 0x0d;
const indexInterior = 0x02;
const indexLeaf = 0x0a;

/**
 * The rows of a tree, in their order, and the holes between them. Pages are visited once, whatever the tree says.
 *
 * @param isDense whether rows are only ever added at the end, so that each page's last row is known from above
 * @see https://sqlite.org/fileformat2.html#b_tree_pages
 */
export function* readTree(
  pages: Pages,
  root: number,
  visited: Set<number>,
  isDense: boolean,
): Generator<FoundRow | Hole, void> {
  yield* subtree({ pages, visited, isDense }, root, 0, Infinity);
}

interface Walk {
  readonly pages: Pages;
  readonly visited: Set<number>;
  readonly isDense: boolean;
}

function* subtree(walk: Walk, page: number, after: number, upTo: number): Generator<FoundRow | Hole, void> {
  const bytes = walk.visited.has(page) ? null : walk.pages.read(page);
  const type = bytes?.[headerAt(page)];
  const lost: Hole = { kind: 'hole', after, upTo, page: true };
  if (bytes === null) {
    yield lost;
  } else if (type === tableInterior || type === indexInterior) {
    walk.visited.add(page);
    if (type === tableInterior) yield* children(walk, bytes, page, after, upTo);
    else yield* indexChildren(walk, bytes, page);
  } else if (type === indexLeaf) {
    walk.visited.add(page);
    yield* leafRows(walk.pages, bytes, page);
  } else if (type === tableLeaf) {
    yield* leaf(walk, bytes, page, after, upTo);
  } else {
    yield lost;
  }
}

function* leaf(
  walk: Walk,
  bytes: Buffer,
  page: number,
  after: number,
  upTo: number,
): Generator<FoundRow | Hole, void> {
  const hidden = walk.isDense ? [...hiddenRows(walk.pages, bytes, page)] : [];
  const rows = [...leafRows(walk.pages, bytes, page), ...hidden];
  // A page of another place in the tree, or of another tree: the pointer that led to it is wrong.
  const isStrange = rows.length > 0 && rows.every(({ rowid }) => rowid <= after || rowid > upTo);
  if (isStrange) {
    yield { kind: 'hole', after, upTo, page: true };
    return;
  }
  walk.visited.add(page);
  yield* inOrder(rows, cellCount(bytes, page) + hidden.length, after, walk.isDense ? upTo : Infinity);
}

/** The rows of a leaf that are in order, and a hole where one is missing. */
function* inOrder(
  rows: readonly FoundRow[],
  expected: number,
  after: number,
  upTo: number,
): Generator<FoundRow | Hole, void> {
  const isOutside = ({ rowid }: FoundRow): boolean => rowid <= after || rowid > upTo;
  // One row beyond the bounds has a wrong number; several mean that the bounds are wrong.
  const bounds = rows.filter(isOutside).length > 1 ? { after: 0, upTo: Infinity } : { after, upTo };
  let last = bounds.after;
  let kept = 0;
  for (const [index, row] of rows.entries()) {
    const next = rows[index + 1]?.rowid ?? bounds.upTo;
    if (row.rowid <= last || row.rowid > Math.min(next, bounds.upTo)) continue;
    yield row;
    last = row.rowid;
    kept++;
  }
  const isWhole = kept === expected && (bounds.upTo === Infinity || last === upTo);
  const first = rows[0]?.rowid ?? after;
  if (!isWhole || bounds.upTo !== upTo) {
    yield { kind: 'hole', after: Math.min(after, first - 1), upTo: Math.max(upTo, last), page: false };
  }
}

function* children(
  walk: Walk,
  bytes: Buffer,
  page: number,
  after: number,
  upTo: number,
): Generator<FoundRow | Hole, void> {
  let last = after;
  const places = [...cellPlaces(bytes, page, 12)];
  if (places.length < cellCount(bytes, page)) yield { kind: 'hole', after, upTo, page: true };
  for (const at of places) {
    const cell = interiorCell(bytes, at);
    if (cell === null || cell.key <= last || cell.key > upTo) {
      yield { kind: 'hole', after: last, upTo, page: true };
      continue;
    }
    yield* subtree(walk, cell.child, last, cell.key);
    last = cell.key;
  }
  yield* subtree(walk, bytes.readUInt32BE(headerAt(page) + 8), last, upTo);
}

/** In a table without rowids rows lie on every level of the tree. */
function* indexChildren(walk: Walk, bytes: Buffer, page: number): Generator<FoundRow | Hole, void> {
  for (const at of cellPlaces(bytes, page, 12)) {
    if (at + 4 > bytes.length) continue;
    yield* subtree(walk, bytes.readUInt32BE(at), 0, Infinity);
    yield* readable(() => leafRow(walk.pages, bytes, at + 4, true));
  }
  yield* subtree(walk, bytes.readUInt32BE(headerAt(page) + 8), 0, Infinity);
}

function interiorCell(bytes: Buffer, at: number): { readonly child: number; readonly key: number } | null {
  if (at + 5 > bytes.length) return null;
  try {
    return { child: bytes.readUInt32BE(at), key: readVarint(bytes, at + 4).value };
  } catch (error) {
    if (error instanceof BadBytes) return null;
    throw error;
  }
}

/** The rows of a leaf that can be read, wherever it belongs. */
export function* leafRows(pages: Pages, bytes: Buffer, page: number): Generator<FoundRow, void> {
  const isIndex = bytes[headerAt(page)] === indexLeaf;
  for (const at of cellPlaces(bytes, page, 8)) yield* readable(() => leafRow(pages, bytes, at, isIndex));
}

/**
 * The rows of a leaf beyond those that it counts. Where rows are only ever added, each lies below the one before it and
 * the last one where the page says that its rows begin: a count that ends earlier is wrong.
 */
function* hiddenRows(pages: Pages, bytes: Buffer, page: number): Generator<FoundRow, void> {
  const begin = bytes.readUInt16BE(headerAt(page) + 5);
  const pointers = headerAt(page) + 8;
  let lowest = Math.min(bytes.length, ...cellPlaces(bytes, page, 8));
  for (let at = pointers + 2 * cellCount(bytes, page); begin < lowest && at + 2 <= begin; at += 2) {
    const place = bytes.readUInt16BE(at);
    if (place < begin || place >= lowest) return;
    yield* readable(() => leafRow(pages, bytes, place, false));
    lowest = place;
  }
}

function* readable(read: () => FoundRow): Generator<FoundRow, void> {
  try {
    yield read();
  } catch (error) {
    if (!(error instanceof BadBytes)) throw error;
  }
}

/** Whether a page could hold rows of a table. */
export function isLeaf(bytes: Buffer, page: number): boolean {
  const type = bytes[headerAt(page)];
  return type === tableLeaf || type === indexLeaf;
}

function leafRow(pages: Pages, bytes: Buffer, at: number, isIndex: boolean): FoundRow {
  const length = readVarint(bytes, at);
  const rowid = isIndex ? { value: 0, end: length.end } : readVarint(bytes, length.end);
  const payload = payloadOf(pages, bytes, rowid.end, length.value, isIndex);
  return { kind: 'row', rowid: rowid.value, values: readRecord(payload) };
}

/** What of a row lies on its page; the rest is on a chain of others. */
function localBytes(length: number, isIndex: boolean): number {
  const most = isIndex ? Math.floor(((pageSize - 12) * 64) / 255) - 23 : pageSize - 35;
  if (length <= most) return length;
  const least = Math.floor(((pageSize - 12) * 32) / 255) - 23;
  const local = least + ((length - least) % (pageSize - 4));
  return local <= most ? local : least;
}

/** Bytes of the longest row that is believed: what the feed serves is a hundred times shorter. */
const longestRow = 64 * 1_048_576;

function payloadOf(pages: Pages, bytes: Buffer, at: number, length: number, isIndex: boolean): Buffer {
  const local = localBytes(length, isIndex);
  if (length > longestRow || at + local > bytes.length) throw new BadBytes('a row is too long');
  const parts = [bytes.subarray(at, at + local)];
  let left = length - local;
  if (left > 0 && at + local + 4 > bytes.length) throw new BadBytes('a row is cut off');
  for (let next = left > 0 ? bytes.readUInt32BE(at + local) : 0; left > 0;) {
    const overflow = pages.read(next);
    if (overflow === null) throw new BadBytes('a part of a row cannot be read');
    const part = overflow.subarray(4, 4 + Math.min(left, pageSize - 4));
    parts.push(part);
    left -= part.length;
    next = overflow.readUInt32BE(0);
  }
  return Buffer.concat(parts);
}

/** The first page begins with the file's own header. */
function headerAt(page: number): number {
  return page === 1 ? 100 : 0;
}

function cellCount(bytes: Buffer, page: number): number {
  return bytes.readUInt16BE(headerAt(page) + 3);
}

function* cellPlaces(bytes: Buffer, page: number, headerBytes: number): Generator<number, void> {
  const first = headerAt(page) + headerBytes;
  const count = Math.min(cellCount(bytes, page), Math.floor((bytes.length - first) / 2));
  for (let index = 0; index < count; index++) {
    const place = bytes.readUInt16BE(first + index * 2);
    if (place >= first && place < bytes.length) yield place;
  }
}
