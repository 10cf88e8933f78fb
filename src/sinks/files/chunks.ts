import { encoderOf } from './encoder-of.ts';
import type { ExportEncoding } from './format.ts';
import type { ExportedJournal } from './journal.ts';
import type { Selection } from './select.ts';

/** A part of the file, with the number of rows read so far. */
export interface Chunk {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly rows: number;
}

/** The bytes of an export, part by part: rows are read as the parts are taken. */
export function* chunksOf(
  journal: ExportedJournal,
  selection: Selection,
  encoding: ExportEncoding,
): Generator<Chunk, void, undefined> {
  const encoder = encoderOf(encoding, selection.table);
  let rows = 0;
  for (const row of journal.rows(selection)) {
    rows++;
    const bytes = encoder.add(row);
    if (bytes !== null) yield { bytes, rows };
  }
  yield { bytes: encoder.end(), rows };
}
