import type { LogLevel } from '../app/log/log-levels.ts';

/** What every command takes that has to do with a journal. */
export interface CommonOptions {
  readonly db?: string;
  readonly logLevel: LogLevel;
}
