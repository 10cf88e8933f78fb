import type { ReadonlySignal } from '@preact/signals';
import type { Runner } from '../../../../src/server/contract/race.ts';
import { codeName, raceTitle } from '../../format/words.ts';
import { clockNow } from '../../live/clock.ts';
import { CountdownText } from '../../parts/countdown-text.tsx';
import { Price } from '../../parts/price-cell.tsx';
import { ChangeSign, FreshnessSign, ShareBar, StatusSign } from '../../parts/signs.tsx';
import { Spark } from '../../parts/spark.tsx';
import { raceHref } from '../../address.ts';
import { spanOf } from '../../series/align.ts';
import { historyMs } from '../race/spans.ts';
import type { Market } from './market.ts';
import type { NextModel } from './model.ts';

/** Runners of the first race that are shown: the shortest prices. */
const shown = 8;

/** The next race to jump, with the head of its market. */
export function FirstRace({ model }: { readonly model: NextModel }) {
  const id = model.market.race.value;
  const race = id === null ? undefined : model.races.get(id)?.value;
  if (!race) return null;
  const facts = [
    codeName(race.type),
    race.distance === null ? null : `${race.distance} m`,
    race.track_condition,
    race.weather,
    race.state ?? race.country,
  ];
  return (
    <section class="panel first-race" aria-labelledby="first-race">
      <div class="first-race-head">
        <p class="eyebrow">Next to jump</p>
        <h2 id="first-race">
          <a href={raceHref(race.race_id)}>{raceTitle(race)}</a>
        </h2>
        <p class="first-race-name">{race.name}</p>
        <p class="first-race-countdown">
          <CountdownText start={race.advertised_start} />
        </p>
        <p class="signs">
          <StatusSign status={race.status} /> <FreshnessSign race={race} />
        </p>
        <p class="sub">{facts.filter((fact) => fact !== null && fact !== '').join(' · ')}</p>
      </div>
      <MarketHead market={model.market} />
    </section>
  );
}

function MarketHead({ market }: { readonly market: Market }) {
  const runners = market.runners.ids.value.flatMap((id) => market.runners.get(id) ?? []);
  const running = runners.filter(({ value }) => value.in_field && !value.is_scratched);
  const rest = running.length - shown;
  return (
    <div class="market">
      <table class="list is-tight">
        <caption class="sr">The shortest prices of the next race to jump</caption>
        <thead>
          <tr>
            <th scope="col">Runner</th>
            <th scope="col" class="right">
              Win
            </th>
            <th scope="col" class="right wide">
              Place
            </th>
            <th scope="col" class="right">
              Since open
            </th>
            <th scope="col" class="trend">
              Last hour
            </th>
            <th scope="col" class="wide">
              Hold
            </th>
          </tr>
        </thead>
        <tbody>
          {running.slice(0, shown).map((runner) => (
            <MarketRow key={runner.peek().entrant_id} runner={runner} market={market} />
          ))}
        </tbody>
      </table>
      {rest > 0 && <p class="sub more">and {rest} more at longer prices</p>}
    </div>
  );
}

interface MarketRowProps {
  readonly runner: ReadonlySignal<Runner>;
  readonly market: Market;
}

function MarketRow({ runner: told, market }: MarketRowProps) {
  const runner = told.value;
  const points = market.fixedWin.get(runner.entrant_id);
  return (
    <tr data-entrant={runner.entrant_id}>
      <th scope="row" class="runner-name">
        <span class="named">
          <b class="runner-number num">{runner.runner_number ?? '?'}</b> <span>{runner.name}</span>
        </span>
      </th>
      <td class="right strong">
        <Price odds={runner.fixed_win} />
      </td>
      <td class="right wide">
        <Price odds={runner.fixed_place} />
      </td>
      <td class="right">
        <ChangeSign share={runner.fixed_win_change} />
      </td>
      <td class="trend">
        <Spark points={points} span={spanOf([points], clockNow(), historyMs)} />
      </td>
      <td class="wide">
        <ShareBar value={runner.hold_percentage} kind="hold" />
      </td>
    </tr>
  );
}
