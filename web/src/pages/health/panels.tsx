import type { GapList } from '../../../../src/server/contract/answers.ts';
import type { ImportResult, SinkState } from '../../../../src/server/contract/status.ts';
import { count } from '../../format/numbers.ts';
import { dayAndMinutes, epoch } from '../../format/time.ts';
import { raceTitle } from '../../format/words.ts';
import { clockNow } from '../../live/clock.ts';
import { Empty } from '../../parts/state.tsx';
import { raceHref } from '../../address.ts';
import { zone } from '../../settings.ts';
import { gapWords } from '../race/events.tsx';

/** What was missed, of all races. */
export function GapsPanel({ gaps, open }: { readonly gaps: GapList['gaps']; readonly open: number }) {
  return (
    <section class="panel" aria-labelledby="gaps">
      <h2 id="gaps">
        Gaps <small>{open === 0 ? 'none open' : `${open} open`}</small>
      </h2>
      {gaps.length === 0 ? (
        <Empty>Nothing was missed.</Empty>
      ) : (
        <ul class="log" tabIndex={0} aria-labelledby="gaps">
          {gaps.map((gap) => (
            <li key={gap.id} data-gap={gap.id}>
              <span class="num quiet">{dayAndMinutes(epoch(gap.from_time), clockNow(), zone.value)}</span>
              <span>
                <a href={raceHref(gap.race_id)}>{raceTitle(gap)}</a> {gapWords(gap, null)}
              </span>
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}

/** How far the remote stores are behind. */
export function SinksPanel({
  sinks,
  deadLetters,
}: {
  readonly sinks: readonly SinkState[];
  readonly deadLetters: number;
}) {
  return (
    <section class="panel" aria-labelledby="sinks">
      <h2 id="sinks">
        Delivery <small>{count(deadLetters)} dead letters</small>
      </h2>
      {sinks.length === 0 ? (
        <Empty>No remote store is configured: the journal alone is written.</Empty>
      ) : (
        <table class="list is-tight">
          <thead>
            <tr>
              <th scope="col">Store</th>
              <th scope="col" class="right">
                Behind
              </th>
              <th scope="col" class="right">
                Rows
              </th>
              <th scope="col" class="right">
                Retries
              </th>
              <th scope="col" class="right">
                Dead
              </th>
            </tr>
          </thead>
          <tbody>
            {sinks.map((sink) => (
              <tr key={sink.sink}>
                <th scope="row">
                  {sink.sink}
                  <span class="sub">
                    {sink.paused ??
                      (sink.lag_seconds > sink.lag_limit_seconds ? 'beyond its limit' : 'within its limit')}
                  </span>
                </th>
                <td class="right num">{Math.round(sink.lag_seconds)} s</td>
                <td class="right num">{count(sink.lag_rows)}</td>
                <td class="right num">{count(sink.retries)}</td>
                <td class="right num">{count(sink.dead_letters)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </section>
  );
}

/** The newest import of the day's races. */
export function ImportPanel({ told }: { readonly told: ImportResult | null }) {
  return (
    <section class="panel" aria-labelledby="import">
      <h2 id="import">Import</h2>
      {told === null ? (
        <Empty>The first import is still to come.</Empty>
      ) : (
        <>
          <p>
            <b class="num">{count(told.races)}</b> races of <b class="num">{count(told.meetings)}</b>{' '}
            meetings, for {told.dates.join(' and ')}
          </p>
          <p class="sub num">
            {told.finished_at === null
              ? `under way since ${dayAndMinutes(epoch(told.started_at), clockNow(), zone.value)}`
              : `finished ${dayAndMinutes(epoch(told.finished_at), clockNow(), zone.value)}`}
            {told.failed_count === 0 ? ', none failed' : `, ${count(told.failed_count)} failed`}
          </p>
          {told.failed.length > 0 && (
            <ul class="log" tabIndex={0} aria-label="Failed imports">
              {told.failed.map(({ date, meeting_id, race_id, reason }) => (
                <li key={`${date ?? ''} ${meeting_id ?? ''} ${race_id ?? ''}`}>
                  <span class="quiet">{race_id ?? meeting_id ?? date}</span>
                  <span>{reason}</span>
                </li>
              ))}
            </ul>
          )}
        </>
      )}
    </section>
  );
}
