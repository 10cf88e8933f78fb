import type { ExportRow } from './columns.ts';

/** Makes the bytes of a file, row by row. What it gathers is bounded, however many rows come. */
export interface Encoder {
  /** Takes a row; returns what is ready to be written, null while it gathers. The bytes are the caller's. */
  add(row: ExportRow): Uint8Array<ArrayBuffer> | null;
  /** No more rows: what is left, and the end of the file. */
  end(): Uint8Array<ArrayBuffer>;
}
