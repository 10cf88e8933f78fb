import type { HeldRunner, Mover } from '../../../../src/server/contract/answers.ts';
import { percent, price } from '../../format/numbers.ts';
import { raceTitle } from '../../format/words.ts';
import { CountdownText } from '../../parts/countdown-text.tsx';
import { Price } from '../../parts/price-cell.tsx';
import { ChangeSign, ShareBar } from '../../parts/signs.tsx';
import { Empty, WhenReady } from '../../parts/state.tsx';
import { usePageModel } from '../../parts/use-model.ts';
import { raceHref } from '../../address.ts';
import { MoversModel, minuteChoices } from './model.ts';

/** What is moving, over all races. */
export function MoversPage() {
  const model = usePageModel(() => new MoversModel());
  return (
    <>
      <div class="page-head">
        <h1>Movers</h1>
        <span class="choices" role="group" aria-label="Minutes looked at">
          {minuteChoices.map((minutes) => (
            <button
              key={minutes}
              type="button"
              aria-pressed={model.minutes.value === minutes}
              onClick={() => {
                model.minutes.value = minutes;
              }}
            >
              {minutes} min
            </button>
          ))}
        </span>
      </div>
      <WhenReady live={model.live} what="the movers">
        {() => <MoverLists model={model} />}
      </WhenReady>
    </>
  );
}

function MoverLists({ model }: { readonly model: MoversModel }) {
  const movers = model.movers.value;
  if (movers === null) return null;
  return (
    <div class="columns is-halves">
      <MoverList
        id="shortening"
        title="Shortening"
        minutes={movers.minutes}
        rows={movers.shortening}
        empty="No runner's price shortened in this time."
      />
      <MoverList
        id="drifting"
        title="Drifting"
        minutes={movers.minutes}
        rows={movers.drifting}
        empty="No runner's price drifted in this time."
      />
      <HeldList rows={movers.held} />
    </div>
  );
}

interface MoverListProps {
  readonly id: string;
  readonly title: string;
  readonly minutes: number;
  readonly rows: readonly Mover[];
  readonly empty: string;
}

function MoverList({ id, title, minutes, rows, empty }: MoverListProps) {
  return (
    <section class="panel" aria-labelledby={id}>
      <h2 id={id}>
        {title} <small>last {minutes} minutes</small>
      </h2>
      {rows.length === 0 ? (
        <Empty>{empty}</Empty>
      ) : (
        <table class="list is-tight">
          <thead>
            <tr>
              <th scope="col">Runner</th>
              <th scope="col" class="right">
                From
              </th>
              <th scope="col" class="right">
                Now
              </th>
              <th scope="col" class="right">
                Change
              </th>
              <th scope="col" class="wide">
                Hold
              </th>
            </tr>
          </thead>
          <tbody>
            {rows.map((mover) => (
              <tr key={mover.entrant_id} data-entrant={mover.entrant_id}>
                <RunnerCell runner={mover} />
                <td class="right num quiet">{price(mover.from)}</td>
                <td class="right strong">
                  <Price odds={mover.to} />
                </td>
                <td class="right">
                  <ChangeSign share={mover.change} />
                </td>
                <td class="wide">
                  <ShareBar value={mover.hold_percentage} kind="hold" />
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </section>
  );
}

function RunnerCell({ runner }: { readonly runner: Mover | HeldRunner }) {
  return (
    <th scope="row">
      <b class="num">{runner.runner_number ?? '?'}</b> {runner.name}
      <span class="sub">
        <a href={raceHref(runner.race_id)}>{raceTitle(runner)}</a> ·{' '}
        <CountdownText start={runner.advertised_start} />
      </span>
    </th>
  );
}

function HeldList({ rows }: { readonly rows: readonly HeldRunner[] }) {
  return (
    <section class="panel is-whole" aria-labelledby="held">
      <h2 id="held">
        Hold against price{' '}
        <small>more money on them than their price says, races of the next two hours</small>
      </h2>
      {rows.length === 0 ? (
        <Empty>No runner has more money on it than its price says.</Empty>
      ) : (
        <table class="list is-tight">
          <thead>
            <tr>
              <th scope="col">Runner</th>
              <th scope="col" class="right">
                Win
              </th>
              <th scope="col">Hold</th>
              <th scope="col" class="wide">
                By price
              </th>
              <th scope="col" class="right">
                Difference
              </th>
            </tr>
          </thead>
          <tbody>
            {rows.map((runner) => (
              <tr key={runner.entrant_id} data-entrant={runner.entrant_id}>
                <RunnerCell runner={runner} />
                <td class="right strong">
                  <Price odds={runner.fixed_win} />
                </td>
                <td>
                  <ShareBar value={runner.hold_percentage} kind="hold" />
                </td>
                <td class="wide">
                  <ShareBar value={Math.round(runner.price_percentage * 10) / 10} kind="bet" />
                </td>
                <td class="right num strong">+{percent(Math.round(runner.difference * 10) / 10)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </section>
  );
}
