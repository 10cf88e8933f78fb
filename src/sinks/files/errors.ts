import { systemReason } from '../../journal/errors.ts';

/** Why an export cannot be written: one sentence that says what is wrong and names the file. */
export class ExportError extends Error {
  constructor(message: string, options: { cause?: unknown } = {}) {
    super(message, options.cause === undefined ? {} : { cause: options.cause });
    this.name = 'ExportError';
  }
}

/** A failure of the file system as the sentence it stands for. */
export function unwritable(file: string, error: unknown): ExportError {
  return new ExportError(`${file} cannot be written (${systemReason(error)}).`, { cause: error });
}
