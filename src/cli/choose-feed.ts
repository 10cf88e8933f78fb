import { readSource } from '../journal/journal.ts';
import { UsageError } from '../app/errors.ts';
import { openSimulator, openTab } from '../app/open-feed.ts';
import type { OnAnswer, OpenFeed, SimulatorChoice } from '../app/open-feed.ts';
import type { CommonOptions } from './common-options.ts';
import type { Settings } from '../app/settings/settings.ts';

/** Where journals are kept when no `--db` says otherwise. */
export const journalFiles = {
  tab: 'data/oddstream.db',
  simulator: 'data/simulator.db',
  recording: 'data/recording.db',
} as const;

export interface ChosenFeed {
  readonly feed: OpenFeed;
  /** File of the journal. */
  readonly db: string;
}

/**
 * The TAB feed with credentials, the simulator without them or when one is named.
 * @throws UsageError when options contradict each other
 */
export async function chooseFeed(
  options: CommonOptions & SimulatorChoice,
  settings: Settings,
  onAnswer?: OnAnswer,
): Promise<ChosenFeed> {
  const own = (['speed', 'seed', 'races', 'origin'] as const).filter((name) => options[name] !== undefined);
  const names = own.map((name) => `--${name}`).join(', ');
  if (own.length > 0 && options.simulator !== undefined) {
    throw new UsageError([`${names} cannot be given with --simulator: the feed that runs has its own.`]);
  }
  if (options.simulator !== undefined || settings.identity === null) {
    const db = options.db ?? journalFiles.simulator;
    return { feed: await openSimulator(options, readSource(db), onAnswer), db };
  }
  if (own.length > 0) {
    throw new UsageError([`${names} is for the simulator, but TAB_FROM and the like name the real feed.`]);
  }
  return { feed: openTab(settings, onAnswer), db: options.db ?? journalFiles.tab };
}
