import { field, type Json, type JsonObject } from './json.ts';
import type { RaceRecord } from './record.ts';
import type { Response } from './response.ts';

const SUMMARIES = ['past_performances', 'jockey_past_performances', 'last_starts', 'overall'];

/** The summaries of the newest response that served any of them, by entrant. */
export function recordForm(record: RaceRecord, response: Response): void {
  for (const [entrantId, runner] of response.runners) {
    const summaries: JsonObject = {};
    for (const name of SUMMARIES) {
      const served: Json = field(runner, name) ?? null;
      if (served !== null) summaries[name] = served;
    }
    if (Object.keys(summaries).length > 0) record.form.set(entrantId, summaries);
  }
}
