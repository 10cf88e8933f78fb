import { lastValueFrom } from 'rxjs';
import type { RacedayReport } from '../streams/raceday.ts';
import { importOnce } from '../streams/raceday.ts';
import type { Service } from './service.ts';

export type Imported = Extract<RacedayReport, { kind: 'imported' }>;

export interface ImportOrder {
  /** NZ dates; those of the present UTC day when left out. */
  readonly dates?: readonly string[];
  /** The feed's clock, epoch milliseconds, at which it ends and names what is not done. */
  readonly until?: number;
}

/**
 * Starts a connected service on one import, which the remote sink follows.
 * @returns what came of it; null when the service was stopped before
 */
export async function runImport(service: Service, { dates, until }: ImportOrder): Promise<Imported | null> {
  const last = lastValueFrom(service.report$, { defaultValue: null });
  service.start((context) => importOnce(context, dates, until));
  const report = await last;
  return report?.kind === 'imported' ? report : null;
}
