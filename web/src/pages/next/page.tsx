import type { ReadonlySignal } from '@preact/signals';
import type { Race } from '../../../../src/server/contract/race.ts';
import { dayAndMinutes, epoch, minutes } from '../../format/time.ts';
import { bandWords, codeName, everyWords, raceNumber, raceTitle, unknown } from '../../format/words.ts';
import { now } from '../../live/clock.ts';
import { CountdownText } from '../../parts/countdown-text.tsx';
import { Empty, WhenReady } from '../../parts/state.tsx';
import { FreshnessSign, StatusSign } from '../../parts/signs.tsx';
import { usePageModel } from '../../parts/use-model.ts';
import { raceHref } from '../../address.ts';
import { zone } from '../../settings.ts';
import { FirstRace } from './first-race.tsx';
import { NextModel } from './model.ts';

/** The races to come by their start, with the market of the first. */
export function NextPage() {
  const model = usePageModel(() => new NextModel());
  return (
    <>
      <h1 class="sr">Next to jump</h1>
      <WhenReady live={model.live} what="the next races">
        {() => (
          <>
            <FirstRace model={model} />
            <div class="columns is-next">
              <Upcoming model={model} />
              <JustRun model={model} />
            </div>
          </>
        )}
      </WhenReady>
    </>
  );
}

function Upcoming({ model }: { readonly model: NextModel }) {
  const ids = model.races.ids.value;
  return (
    <section class="panel" aria-labelledby="upcoming">
      <h2 id="upcoming">
        Next to jump <small>{ids.length} races</small>
      </h2>
      {ids.length === 0 ? (
        <Empty>No race is waiting to be run. New ones appear here when the source lists them.</Empty>
      ) : (
        <table class="list">
          <thead>
            <tr>
              <th scope="col">Jumps in</th>
              <th scope="col">Race</th>
              <th scope="col" class="wide">
                Start
              </th>
              <th scope="col">Status</th>
              <th scope="col" class="wide">
                Band
              </th>
              <th scope="col">Last poll</th>
            </tr>
          </thead>
          <tbody>
            {ids.map((id) => (
              <UpcomingRow key={id} race={model.races.get(id)} />
            ))}
          </tbody>
        </table>
      )}
    </section>
  );
}

function UpcomingRow({ race: told }: { readonly race: ReadonlySignal<Race> | undefined }) {
  const race = told?.value;
  if (!race) return null;
  const every = everyWords(race.every_ms);
  return (
    <tr data-race={race.race_id}>
      <td>
        <CountdownText start={race.advertised_start} />
      </td>
      <th scope="row">
        <a class="race-link" href={raceHref(race.race_id)}>
          <CodeSign type={race.type} /> {race.meeting ?? 'Unnamed meeting'}{' '}
          <b class="num">{raceNumber(race.race_number)}</b>
        </a>
        <span class="sub inline-sub">{race.name ?? unknown}</span>
      </th>
      <td class="wide num">
        <StartTime race={race} />
      </td>
      <td>
        <StatusSign status={race.status} />
      </td>
      <td class="wide pace">
        {bandWords(race.band)}
        {every !== null && <span class="sub inline-sub num">{every}</span>}
      </td>
      <td>
        <FreshnessSign race={race} />
      </td>
    </tr>
  );
}

function StartTime({ race }: { readonly race: Race }) {
  const time = now.value;
  const start = epoch(race.advertised_start);
  return <>{time === null ? minutes(start, zone.value) : dayAndMinutes(start, time, zone.value)}</>;
}

/** The letter of a racing code, with its word. */
function CodeSign({ type }: { readonly type: string | null }) {
  return (
    <abbr class={`code is-${type ?? 'none'}`} title={codeName(type)}>
      {type ?? '?'}
    </abbr>
  );
}

function JustRun({ model }: { readonly model: NextModel }) {
  const races = model.ended.all();
  return (
    <section class="panel" aria-labelledby="just-run">
      <h2 id="just-run">Just run</h2>
      {races.length === 0 ? (
        <Empty>No race has ended yet.</Empty>
      ) : (
        <ul class="just-run">
          {races.map((race) => (
            <li key={race.race_id}>
              <a class="race-link" href={raceHref(race.race_id)}>
                <CodeSign type={race.type} /> {raceTitle(race)}
              </a>
              <span class="sub num">
                <StartTime race={race} />
              </span>
              <StatusSign status={race.status} />
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}
