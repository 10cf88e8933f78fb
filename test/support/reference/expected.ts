import { recordBets } from './bets.ts';
import { entrantRow, meetingRow, raceRow } from './current.ts';
import { recordEvents } from './events.ts';
import { recordForm } from './form.ts';
import type { Json } from './json.ts';
import { recordMoney } from './money.ts';
import { recordOdds, recordOlderFluctuations } from './odds.ts';
import { recordOverflows } from './overflow.ts';
import { recordPools } from './pools.ts';
import { newRecord, type RaceRecord } from './record.ts';
import type { RecordedLine } from './recording.ts';
import { responseOf, type Response } from './response.ts';
import { recordResults } from './results.ts';
import type { Expected, Row } from './rows.ts';

/** The rows that the rules of the record demand for these lines, read in the order given. */
export function expectedRows(lines: RecordedLine[]): Expected {
  const records = new Map<string, RaceRecord>();
  const meetings = new Map<Json, Row>();
  for (const line of lines) {
    const response = responseOf(line);
    if (response === null) continue;
    const record = records.get(response.raceId) ?? newRecord();
    records.set(response.raceId, record);
    take(record, response);
    if (record.newest === response) {
      const meeting = meetingRow(response);
      meetings.set(meeting.meeting_id ?? null, meeting);
    }
  }
  return collect([...records.values()], [...meetings.values()]);
}

function take(record: RaceRecord, response: Response): void {
  if (record.taken.has(response.receivedAt)) return;
  record.taken.add(response.receivedAt);
  if (record.newest !== null && response.generatedAt < record.newest.generatedAt) {
    recordOlderFluctuations(record, response, record.newest.start);
    return;
  }
  recordOdds(record, response);
  recordMoney(record, response);
  recordPools(record, response);
  recordEvents(record, response);
  recordResults(record, response);
  recordOverflows(record, response);
  recordBets(record, response);
  recordForm(record, response);
  for (const row of record.entrants.values()) row.in_field = 0;
  for (const [id, runner] of response.runners) {
    record.runners.set(id, runner);
    record.entrants.set(id, entrantRow(record, response.raceId, id, runner));
  }
  record.newest = response;
}

function collect(records: RaceRecord[], meetings: Row[]): Expected {
  return {
    meetings,
    races: records.flatMap(({ newest }) => (newest === null ? [] : [raceRow(newest)])),
    entrants: records.flatMap((record) => [...record.entrants.values()]),
    odds_history: records.flatMap((record) => record.odds),
    money_flow_history: records.flatMap((record) => record.money),
    pool_history: records.flatMap((record) => record.pools),
    race_events: records.flatMap((record) => record.events),
    race_results: records.flatMap((record) => record.results),
    gaps: records.flatMap((record) => record.gaps),
    bets: records.flatMap((record) => record.bets),
    form: new Map(records.flatMap((record) => [...record.form])),
  };
}
