import type { EventSnapshot } from '../../domain/snapshot.ts';
import { Drifts } from './fields.ts';
import { limits } from './limits.ts';
import { partsOf } from './parts.ts';
import { raceOf } from './race.ts';
import { parseRunner } from './runner.ts';
import { eventResponse } from './schema.ts';
import { ParseError, requireCount, timeOf, validated } from './validated.ts';

export { ParseError } from './validated.ts';
export { parseListing } from './parse-listing.ts';

/**
 * An EventRaceDetails response as a snapshot.
 * @param body the decoded JSON of `/events/{id}`
 * @throws ParseError when an id, a time, the status, a price or a scratching is missing or of another type
 */
export function parseEvent(body: unknown): EventSnapshot {
  requireCounts(body);
  const { header, data } = validated(eventResponse, body);
  const field = new Set(data.runners.map((runner) => runner.entrant_id));
  if (field.size < data.runners.length) throw new ParseError('data.runners lists an entrant twice');
  const drifts = new Drifts();
  const snapshot = {
    raceId: data.race.event_id,
    generatedAt: timeOf(header.generated_time, 'header.generated_time'),
    ...raceOf(data, drifts),
    runners: data.runners.map((runner) => parseRunner(runner, drifts)),
    ...partsOf(data, field, drifts),
  };
  return { ...snapshot, ...drifts.found };
}

function requireCounts(body: unknown): void {
  const runners = (body as { data?: { runners?: unknown } | null } | null | undefined)?.data?.runners;
  requireCount(runners, limits.runners, 'data.runners');
  if (!Array.isArray(runners)) return;
  let dated = 0;
  for (const [index, runner] of runners.entries()) {
    const served = runner as { flucs_with_timestamp?: { last_six?: unknown } | null } | null;
    const six = served?.flucs_with_timestamp?.last_six;
    requireCount(six, limits.lastSix, `data.runners.${index}.flucs_with_timestamp.last_six`);
    if (Array.isArray(six)) dated += six.length;
  }
  if (dated <= limits.fluctuations) return;
  throw new ParseError(
    `data.runners has ${dated} dated prices, more than the ${limits.fluctuations} that are taken`,
  );
}
