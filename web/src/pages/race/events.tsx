import type { Gap, RaceEvent } from '../../../../src/server/contract/history.ts';
import { age } from '../../format/countdown.ts';
import { dayAndMinutes, epoch, seconds } from '../../format/time.ts';
import { plain } from '../../format/words.ts';
import { clockNow } from '../../live/clock.ts';
import { Empty } from '../../parts/state.tsx';
import { zone } from '../../settings.ts';
import type { RaceModel } from './model.ts';

/** What happened to the race, and what was missed of it. */
export function EventList({ model }: { readonly model: RaceModel }) {
  const events = model.events.value;
  const gaps = model.gaps.value;
  return (
    <section class="panel" aria-labelledby="events">
      <h2 id="events">What happened</h2>
      {events.length === 0 ? (
        <Empty>Nothing changed since the race was first seen.</Empty>
      ) : (
        <ul class="log" tabIndex={0} aria-labelledby="events">
          {events.map((event) => (
            <li key={event.seq}>
              <span class="num quiet">{seconds(epoch(event.source_time), zone.value)}</span>
              <span>{eventWords(event, runnerName(model, event.entrant_id))}</span>
            </li>
          ))}
        </ul>
      )}
      <h3 id="gaps">
        Gaps <small>{gaps.length === 0 ? 'none' : gaps.length}</small>
      </h3>
      {gaps.length > 0 && (
        <ul class="log" tabIndex={0} aria-labelledby="gaps">
          {gaps.map((gap) => (
            <li key={gap.id} data-gap={gap.id}>
              <span class="num quiet">{dayAndMinutes(epoch(gap.from_time), clockNow(), zone.value)}</span>
              <span>{gapWords(gap, runnerName(model, gap.entrant_id))}</span>
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}

function runnerName(model: RaceModel, id: string | null): string | null {
  return id === null ? null : (model.runners.get(id)?.peek().name ?? 'A runner');
}

function eventWords({ kind, value, previous }: RaceEvent, runner: string | null): string {
  const who = runner === null ? '' : `${runner}: `;
  if (kind === 'scratched' || kind === 'reinstated') return `${who}${kind}`;
  if (kind === 'start_time' && value !== null) {
    const at = (time: string): string => seconds(epoch(time), zone.value);
    return `Start moved ${previous === null ? '' : `from ${at(previous)} `}to ${at(value)}`;
  }
  return `${who}${plain(kind)} ${previous === null ? '' : `${previous} → `}${value ?? 'none'}`;
}

/** A gap in words: how long, why, and what it cost. */
export function gapWords(gap: Gap, runner: string | null): string {
  const long = gap.to_time === null ? 'still open' : age(epoch(gap.to_time) - epoch(gap.from_time));
  const who = runner === null ? '' : `${runner}: `;
  const polls = gap.expected_polls === 1 ? '1 poll missed' : `${gap.expected_polls} polls missed`;
  const repaired = gap.repaired ? ', fixed win repaired by dated prices' : '';
  return `${who}${long}, ${plain(gap.reason)}${gap.expected_polls > 0 ? `, ${polls}` : ''}${repaired}`;
}
