import type { ReadonlySignal, Signal } from '@preact/signals';
import type { Runner } from '../../../../src/server/contract/race.ts';
import { lineColours } from '../../charts/colours.ts';
import { minutes, epoch } from '../../format/time.ts';
import { clockNow } from '../../live/clock.ts';
import { Price } from '../../parts/price-cell.tsx';
import { ChangeSign, ShareBar } from '../../parts/signs.tsx';
import { Spark } from '../../parts/spark.tsx';
import { Empty } from '../../parts/state.tsx';
import { spanOf } from '../../series/align.ts';
import { zone } from '../../settings.ts';
import type { RaceModel } from './model.ts';
import { endOf, historyMs } from './spans.ts';

interface RunnerTableProps {
  readonly model: RaceModel;
  /** The runner whose lines stand out. */
  readonly highlighted: Signal<string | null>;
}

/** All runners with their prices and their money. */
export function RunnerTable({ model, highlighted }: RunnerTableProps) {
  const ids = model.runners.ids.value;
  return (
    <section class="panel" aria-labelledby="runners">
      <h2 id="runners">
        Runners <small>choose one to make its lines stand out</small>
      </h2>
      {ids.length === 0 ? (
        <Empty>The source has told of no runners yet.</Empty>
      ) : (
        <div class="scroller" role="region" aria-label="Table of runners" tabIndex={0}>
          <table class="list is-tight runners">
            <thead>
              <tr>
                <th scope="col" class="stick">
                  Runner
                </th>
                <th scope="col" class="right">
                  Win
                </th>
                <th scope="col" class="right">
                  Since open
                </th>
                <th scope="col" class="trend">
                  Last hour
                </th>
                <th scope="col" class="right">
                  Place
                </th>
                <th scope="col" class="right">
                  Pool win
                </th>
                <th scope="col" class="right">
                  Pool place
                </th>
                <th scope="col">
                  <i class="share-key is-hold" aria-hidden="true" /> Hold{' '}
                  <i class="share-key is-bet" aria-hidden="true" /> Bets
                </th>
              </tr>
            </thead>
            <tbody>
              {ids.map((id, place) => (
                <RunnerRow
                  key={id}
                  place={place}
                  runner={model.runners.get(id)}
                  model={model}
                  highlighted={highlighted}
                />
              ))}
            </tbody>
          </table>
        </div>
      )}
    </section>
  );
}

interface RunnerRowProps extends RunnerTableProps {
  readonly place: number;
  readonly runner: ReadonlySignal<Runner> | undefined;
}

function RunnerRow({ runner: told, place, model, highlighted }: RunnerRowProps) {
  const runner = told?.value;
  if (!runner) return null;
  const out = runner.is_scratched || !runner.in_field;
  return (
    <tr data-entrant={runner.entrant_id} class={out ? 'is-out' : undefined}>
      <th scope="row" class="stick">
        <RunnerName runner={runner} place={place} highlighted={highlighted} />
      </th>
      <td class="right strong">
        <Price odds={runner.fixed_win} struck={out} />
      </td>
      <td class="right">{!out && <ChangeSign share={runner.fixed_win_change} />}</td>
      <td class="trend">{!out && <Trend model={model} id={runner.entrant_id} />}</td>
      <td class="right">
        <Price odds={runner.fixed_place} struck={out} />
      </td>
      <td class="right">
        <Price odds={runner.pool_win} struck={out} />
      </td>
      <td class="right">
        <Price odds={runner.pool_place} struck={out} />
      </td>
      <td class="money">
        {!out && <ShareBar value={runner.hold_percentage} kind="hold" />}
        {!out && <ShareBar value={runner.bet_percentage} kind="bet" />}
      </td>
    </tr>
  );
}

/** Prices of the last hour, drawn anew when there is another one. */
function Trend({ model, id }: { readonly model: RaceModel; readonly id: string }) {
  const points = model.fixedWin.get(id);
  const end = endOf(model.race.peek(), clockNow());
  return <Spark points={points} span={spanOf([points], end, historyMs)} />;
}

interface RunnerNameProps {
  readonly runner: Runner;
  readonly place: number;
  readonly highlighted: Signal<string | null>;
}

function RunnerName({ runner, place, highlighted }: RunnerNameProps) {
  const out = runner.is_scratched || !runner.in_field;
  const chosen = highlighted.value === runner.entrant_id;
  const people = [runner.jockey, runner.trainer].filter((name) => name !== null && name !== '').join(' · ');
  return (
    <button
      type="button"
      class="runner-button"
      aria-pressed={chosen}
      onClick={() => {
        highlighted.value = chosen ? null : runner.entrant_id;
      }}
    >
      <span class={`runner-number num line-${place % lineColours}`}>{runner.runner_number ?? '?'}</span>
      <span class="runner-names">
        <span class="runner-title">
          {out ? <s>{runner.name}</s> : runner.name}
          {runner.favourite === true && !out && <span class="tag">fav</span>}
          {runner.mover === true && !out && <span class="tag">mover</span>}
          {runner.is_emergency === true && <span class="tag">emergency</span>}
        </span>
        <span class="sub">{out ? outWords(runner) : people}</span>
      </span>
    </button>
  );
}

function outWords(runner: Runner): string {
  if (!runner.is_scratched) return 'no longer in the field';
  const at = runner.scratched_at;
  return at === null ? 'scratched' : `scratched at ${minutes(epoch(at), zone.value)}`;
}
