/** The names of what an export can be written as. */
export const exportFormats = ['csv', 'ndjson', 'parquet'] as const;

export type ExportFormat = (typeof exportFormats)[number];

/** How rows are written. */
export interface ExportEncoding {
  readonly format: ExportFormat;
  /** Whether texts in CSV that a spreadsheet would take for formulas are marked as texts. */
  readonly csvSafe?: boolean;
}
