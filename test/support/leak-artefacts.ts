import { readFileSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { constants, zstdDecompressSync } from 'node:zlib';
import type { Artefact } from './leak-marks.ts';
import type { Ended } from './process.ts';

/** What a process printed. */
export function printed(name: string, { stdout, stderr }: Ended): Artefact[] {
  return Object.entries({ stdout, stderr }).map(([stream, text]) => ({
    place: `${name} ${stream}`,
    bytes: Buffer.from(text),
  }));
}

/** Everything in a directory: files as they are, recordings decompressed, journals row by row. */
export function left(directory: string): Artefact[] {
  const files = filesOf(directory);
  // The journals last: reading one touches the files beside it.
  return [...files.flatMap(contentOf), ...files.filter((file) => file.endsWith('.db')).flatMap(rowsOf)];
}

export function filesOf(directory: string): string[] {
  const names = readdirSync(directory, { recursive: true, encoding: 'utf8' });
  return names.map((name) => join(directory, name)).filter((file) => statSync(file).isFile());
}

function contentOf(file: string): Artefact[] {
  const bytes = readFileSync(file);
  const raw = { place: file, bytes };
  return file.endsWith('.zst') ? [raw, { place: `${file} decompressed`, bytes: unzstd(bytes) }] : [raw];
}

/** As far as it was written: a process that crashed does not end its files. */
function unzstd(bytes: Buffer): Buffer {
  return zstdDecompressSync(bytes, { finishFlush: constants.ZSTD_e_flush });
}

function rowsOf(file: string): Artefact[] {
  const db = new DatabaseSync(file, { readOnly: true });
  const names = db.prepare("SELECT name FROM sqlite_schema WHERE type = 'table'").all();
  const artefacts = names.map(({ name }) => {
    const rows = db.prepare(`SELECT * FROM "${String(name)}"`).all();
    const values = rows.flatMap((row) => Object.values(row).map(bytesOf));
    return { place: `${file} ${String(name)}`, bytes: joined(values) };
  });
  db.close();
  return artefacts;
}

function bytesOf(value: unknown): Buffer {
  return value instanceof Uint8Array ? unzstd(Buffer.from(value)) : Buffer.from(String(value));
}

function joined(parts: readonly Buffer[]): Buffer {
  return Buffer.concat(parts.flatMap((part) => [part, Buffer.of(10)]));
}
