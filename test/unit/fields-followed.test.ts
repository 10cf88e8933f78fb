import { describe, expect, it } from 'vitest';
import { emptyBaseline } from '../../src/domain/baseline.ts';
import type { Baseline } from '../../src/domain/baseline.ts';
import { diffListed, listedMeeting } from '../../src/domain/diff-listing.ts';
import { diffEvent } from '../../src/domain/diff.ts';
import { parseEvent, parseListing } from '../../src/sources/tab/parse.ts';
import type { JsonObject } from '../support/snapshots.ts';
import { readFields } from '../support/snapshots-fields.ts';
import { contradictions } from '../support/snapshots-followed.ts';
import type { Recorder } from '../support/snapshots-followed.ts';
import { at, changedAt, make, readSchemas } from '../support/snapshots-openapi.ts';
import type { Schema } from '../support/snapshots-openapi.ts';
import { missingNote } from '../support/snapshots-recorded.ts';

const fields = readFields();
const schemas = readSchemas();

/** Responses are a day apart, and later than all dates in them. */
function generated(after: Baseline | null): string {
  return after === null ? '2100-01-01T00:00:00Z' : '2100-01-02T00:00:00Z';
}

const recordEvent: Recorder = (data, after) => {
  const snapshot = parseEvent({ header: { generated_time: generated(after) }, data });
  return diffEvent(after ?? emptyBaseline(snapshot.raceId), snapshot, 0);
};

const recordMeeting: Recorder = (served, after) => {
  const listing = parseListing({
    header: { generated_time: generated(after) },
    data: { meetings: [served] },
  });
  const [meeting] = listing.meetings;
  const [race] = meeting?.races ?? [];
  if (meeting === undefined || race === undefined) throw new Error('the meeting was rejected');
  const { row } = listedMeeting(meeting, listing.generatedAt);
  const { changes, baseline } = diffListed(after ?? emptyBaseline(race.raceId), race, listing.generatedAt, 0);
  return { changes: [{ table: 'meetings', row }, ...changes], baseline };
};

describe.skipIf(schemas === null)(
  `what docs/fields.md says is so${schemas === null ? missingNote : ''}`,
  () => {
    const named = schemas ?? new Map<string, Schema>();

    it('of every documented property of an event', () => {
      const { value: data, leaves } = make(named, fields, 'EventRaceDetails');
      const entrant = at(data, ['runners', 0, 'entrant_id']) ?? null;
      const known = changedAt(data, ['money_tracker', 'entrants', 0, 'entrant_id'], entrant);
      const legs = ['quaddie', 'early_quaddie', 'tote_treble', 'tote_running_double'];
      const variants = legs.map((own) => {
        const copy = structuredClone(known);
        const pool = at(copy, ['tote_pools', 0]) as JsonObject;
        for (const name of legs) if (name !== own) Reflect.deleteProperty(pool, name);
        return copy;
      });
      const undated = variants.map((body) => changedAt(body, ['runners', 0, 'scratch_time'], 0));
      expect(contradictions(recordEvent, [...variants, ...undated], leaves)).toEqual([]);
      expect(leaves.length).toBeGreaterThan(1000);
    });

    it('of every documented property of a listing', () => {
      const { value: meeting, leaves } = make(named, fields, 'MeetingData');
      expect(contradictions(recordMeeting, [meeting], leaves)).toEqual([]);
      expect(leaves.length).toBeGreaterThan(50);
    });
  },
);
