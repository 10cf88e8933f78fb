import type { Status } from '../../../../src/server/contract/status.ts';
import { bytes, count, duration } from '../../format/numbers.ts';
import { dayAndMinutes, epoch } from '../../format/time.ts';
import { bandWords } from '../../format/words.ts';
import { clockNow } from '../../live/clock.ts';
import { status } from '../../live/status.ts';
import { Empty, WhenReady } from '../../parts/state.tsx';
import { usePageModel } from '../../parts/use-model.ts';
import { zone } from '../../settings.ts';
import { HealthModel } from './model.ts';
import { PollsPanel } from './polls.tsx';
import { GapsPanel, ImportPanel, SinksPanel } from './panels.tsx';

/** Is it keeping up, and what was missed? */
export function HealthPage() {
  const model = usePageModel(() => new HealthModel());
  return (
    <>
      <h1 class="sr">Health</h1>
      <WhenReady live={model.live} what="the recorder's state">
        {() => <Health model={model} />}
      </WhenReady>
    </>
  );
}

function Health({ model }: { readonly model: HealthModel }) {
  const told = status.value;
  if (told === null) return null;
  return (
    <>
      <Answer told={told} />
      <Figures told={told} />
      <div class="columns is-halves">
        <PollsPanel minutes={told.polls.minutes} />
        <GapsPanel gaps={model.gaps.value} open={told.gaps.open} />
        <SinksPanel sinks={told.sinks} deadLetters={told.dead_letters} />
        <ImportPanel told={told.import} />
        <BandsPanel told={told} />
      </div>
    </>
  );
}

/** The answer at a glance. */
function Answer({ told }: { readonly told: Status }) {
  const missing = [
    ...told.reasons.map(({ detail }) => detail),
    ...(told.gaps.open > 0 ? [`Gaps are open in ${count(told.gaps.open)} places.`] : []),
    ...(told.dead_letters > 0
      ? [`${count(told.dead_letters)} rows were refused for good (dead letters).`]
      : []),
  ];
  const good = told.ready && missing.length === 0;
  const before =
    told.gaps.opened === 0
      ? 'Nothing was missed since the start.'
      : `Nothing is missing now; ${count(told.gaps.opened)} gaps since the start.`;
  return (
    <section class={`panel answer is-${good ? 'good' : 'bad'}`} aria-labelledby="answer">
      <h2 id="answer">{good ? 'Keeping up' : told.ready ? 'Something is missing' : 'Not ready'}</h2>
      <p>{good ? before : missing.join(' ')}</p>
      <p class="sub num">
        oddstream {told.version} · {told.source.kind === 'simulator' ? 'simulated feed' : told.source.url} ·
        up since {dayAndMinutes(epoch(told.started_at), Date.now(), zone.value)}
      </p>
    </section>
  );
}

function Figures({ told }: { readonly told: Status }) {
  const { since_start: polls } = told.polls;
  const limit = told.budget.requests_per_second;
  const latenesses = told.polls.minutes.flatMap(({ lateness_max_ms }) => lateness_max_ms ?? []);
  const figures: readonly (readonly [string, string, string])[] = [
    ['Races live', count(told.races.live), 'polled or awaited'],
    ['Polls', count(polls.changed + polls.unchanged + polls.failed), `${count(polls.failed)} failed`],
    ['Most late', latenesses.length === 0 ? '–' : duration(Math.max(...latenesses)), 'poll of the last hour'],
    ['Gaps', count(told.gaps.opened), `${count(told.gaps.open)} open now`],
    ['Quarantined', count(told.quarantined), 'unusable responses'],
    [
      'Requests',
      `${told.budget.in_flight}/${told.budget.in_flight_limit}`,
      `${told.budget.waiting} waiting, ${limit === null ? 'no limit' : `limit ${limit}/s`}`,
    ],
    [
      'Event loop',
      duration(told.event_loop.delay_p99_ms),
      `p99, most ${duration(told.event_loop.delay_max_ms)}`,
    ],
    ['Journal', bytes(told.journal.bytes), `${bytes(told.journal.wal_bytes)} in its log`],
    ['Viewers', `${told.stream.clients}/${told.stream.clients_limit}`, 'streams open'],
  ];
  return (
    <dl class="figures">
      {figures.map(([name, value, note]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>
            <b class="num">{value}</b> <span class="sub num">{note}</span>
          </dd>
        </div>
      ))}
      {told.budget.held_until !== null && (
        <div>
          <dt>Feed asks to wait</dt>
          <dd class="num">until {dayAndMinutes(epoch(told.budget.held_until), clockNow(), zone.value)}</dd>
        </div>
      )}
    </dl>
  );
}

function BandsPanel({ told }: { readonly told: Status }) {
  const bands = Object.entries(told.races.by_band);
  const rows = Object.entries(told.rows).filter(([, written]) => written > 0);
  return (
    <section class="panel" aria-labelledby="bands">
      <h2 id="bands">Races and rows</h2>
      {bands.length === 0 && rows.length === 0 ? (
        <Empty>Nothing is polled and nothing was written yet.</Empty>
      ) : null}
      <div class="pairs">
        <dl>
          {bands.map(([band, races]) => (
            <div key={band}>
              <dt>{bandWords(band)}</dt>
              <dd class="num">{count(races)} races</dd>
            </div>
          ))}
        </dl>
        <dl>
          {rows.map(([table, written]) => (
            <div key={table}>
              <dt>{table.replaceAll('_', ' ')}</dt>
              <dd class="num">{count(written)} rows</dd>
            </div>
          ))}
        </dl>
      </div>
    </section>
  );
}
