/** The names of what an export can be written as. */
export const exportFormats = ['csv', 'ndjson', 'parquet'] as const;

export type ExportFormat = (typeof exportFormats)[number];
