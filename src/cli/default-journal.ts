import { existsSync } from 'node:fs';
import { journalFiles } from './choose-feed.ts';

/** The feed's journal; where there is none, the simulator's. */
export function defaultJournal(): string {
  return existsSync(journalFiles.tab) ? journalFiles.tab : journalFiles.simulator;
}
