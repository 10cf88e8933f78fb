import type { LogLevel } from './log-levels.ts';

/** What every command takes that has to do with a journal. */
export interface CommonOptions {
  readonly db?: string;
  readonly logLevel: LogLevel;
}
