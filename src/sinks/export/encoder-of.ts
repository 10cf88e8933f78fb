import { columnsOf } from './columns.ts';
import type { TableName } from '../../domain/tables.ts';
import { csvEncoder } from './csv.ts';
import type { Encoder } from './encoder.ts';
import type { ExportFormat } from './format.ts';
import { ndjsonEncoder } from './ndjson.ts';
import { parquetEncoder } from './parquet.ts';

const encoders = { csv: csvEncoder, ndjson: ndjsonEncoder, parquet: parquetEncoder };

export function encoderOf(format: ExportFormat, table: TableName): Encoder {
  return encoders[format](columnsOf(table));
}
