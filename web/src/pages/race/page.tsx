import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { CountdownText } from '../../parts/countdown-text.tsx';
import { FreshnessSign, StatusSign } from '../../parts/signs.tsx';
import { Reading, WhenReady } from '../../parts/state.tsx';
import { usePageModel } from '../../parts/use-model.ts';
import { dayAndMinutes, epoch, minutes } from '../../format/time.ts';
import { bandWords, codeName, everyWords, raceTitle } from '../../format/words.ts';
import { now } from '../../live/clock.ts';
import { zone } from '../../settings.ts';
import { BetList } from './bets.tsx';
import { MoneyChart, PoolsChart, PriceChart } from './charts.tsx';
import { EventList } from './events.tsx';
import { RaceModel } from './model.ts';
import { ResultPanel } from './result.tsx';
import { RunnerTable } from './runners.tsx';

/** Everything that is known of one race. */
export function RacePage({ id }: { readonly id: string }) {
  const model = usePageModel(() => new RaceModel(id));
  const highlighted = useSignal<string | null>(null);
  return (
    <WhenReady live={model.live} what="the race">
      {() => (
        <>
          <RaceHead model={model} />
          <ResultPanel model={model} />
          <div class="columns is-race">
            <div class="stack">
              <RunnerTable model={model} highlighted={highlighted} />
              {model.isRead.value && <EventList model={model} />}
            </div>
            <div class="stack is-kept">
              {model.isRead.value ? (
                <>
                  <PriceChart model={model} highlighted={highlighted} />
                  <MoneyChart model={model} highlighted={highlighted} />
                </>
              ) : (
                <Reading what="its history" />
              )}
            </div>
          </div>
          {model.isRead.value && (
            <div class="columns is-halves">
              <PoolsChart model={model} />
              <BetList model={model} />
            </div>
          )}
        </>
      )}
    </WhenReady>
  );
}

function RaceHead({ model }: { readonly model: RaceModel }) {
  const race = model.race.value;
  const title = race === null ? 'Race' : raceTitle(race);
  useEffect(() => {
    document.title = `${title} · oddstream`;
  }, [title]);
  if (race === null) return null;
  const start = epoch(race.advertised_start);
  const time = now.value;
  const every = everyWords(race.every_ms);
  const facts = [
    codeName(race.type),
    race.distance === null ? null : `${race.distance} m`,
    race.track_condition,
    race.weather,
    race.state ?? race.country,
  ];
  const over = race.ended_at !== null;
  return (
    <header class="race-head">
      <div class="race-head-name">
        <p class="eyebrow">
          <a href="#/">Next to jump</a> / {race.country ?? ''}
        </p>
        <h1>
          {title} <span class="race-name">{race.name}</span>
        </h1>
        <p class="sub">{facts.filter((fact) => fact !== null && fact !== '').join(' · ')}</p>
      </div>
      <dl class="race-head-facts">
        <div>
          <dt>Start</dt>
          <dd class="num">
            {time === null ? minutes(start, zone.value) : dayAndMinutes(start, time, zone.value)}
          </dd>
        </div>
        {!over && (
          <div>
            <dt>{time !== null && time > start ? 'Past its start' : 'Jumps in'}</dt>
            <dd class="big">
              <CountdownText start={race.advertised_start} />
            </dd>
          </div>
        )}
        <div>
          <dt>Status</dt>
          <dd>
            <StatusSign status={race.status} />
          </dd>
        </div>
        <div>
          <dt>Polled</dt>
          <dd>
            {bandWords(race.band)}
            {every !== null && <span class="num">, {every}</span>}
          </dd>
        </div>
        <div>
          <dt>Last poll</dt>
          <dd>
            <FreshnessSign race={race} />
          </dd>
        </div>
      </dl>
    </header>
  );
}
