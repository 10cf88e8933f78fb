import { columnsOf } from './columns.ts';
import type { TableName } from '../../domain/tables.ts';
import { csvEncoder } from './csv.ts';
import type { Encoder } from './encoder.ts';
import type { ExportEncoding } from './format.ts';
import { ndjsonEncoder } from './ndjson.ts';
import { parquetEncoder } from './parquet.ts';

const encoders = { csv: csvEncoder, ndjson: ndjsonEncoder, parquet: parquetEncoder };

/** Returns what makes bytes of a table's rows; `csvSafe` is for CSV alone. */
export function encoderOf({ format, csvSafe }: ExportEncoding, table: TableName): Encoder {
  return encoders[format](columnsOf(table), csvSafe);
}
