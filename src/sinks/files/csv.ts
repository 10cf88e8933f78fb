import { stringify } from 'csv-stringify/sync';
import type { Options } from 'csv-stringify/sync';
import { charactersOf } from './columns.ts';
import type { ExportColumn, ExportRow } from './columns.ts';
import type { Encoder } from './encoder.ts';

const rowsAtOnce = 1_000;
const charactersAtOnce = 1_048_576;

const exact: Options = {
  record_delimiter: '\r\n',
  // Without it a line feed alone, which is not the end of a record, would stand bare.
  quote_record_delimiter: true,
  cast: { boolean: String },
  // Null is an empty field and '' a quoted one: else both would read the same.
  quoted_match: /^$/,
};

/** A spreadsheet takes a text that begins with one of `= + - @`, a tab or CR for a formula: an apostrophe comes before it. */
const safe: Options = { ...exact, escape_formulas: true };

/**
 * Writes RFC 4180 with a header.
 * @param csvSafe whether texts that a spreadsheet would take for formulas are marked as texts
 */
export function csvEncoder(columns: readonly ExportColumn[], csvSafe = false): Encoder {
  const options = csvSafe ? safe : exact;
  let gathered: ExportRow[] = [columns.map(({ name }) => name)];
  let characters = 0;
  const flush = (): Uint8Array<ArrayBuffer> => {
    const text = stringify(gathered, options);
    gathered = [];
    characters = 0;
    return new TextEncoder().encode(text);
  };
  return {
    add(row) {
      characters += charactersOf(row);
      return gathered.push(row) < rowsAtOnce && characters < charactersAtOnce ? null : flush();
    },
    end: flush,
  };
}
