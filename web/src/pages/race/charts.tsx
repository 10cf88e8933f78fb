import { useSignal } from '@preact/signals';
import type { Signal } from '@preact/signals';
import type { ChartLine } from '../../charts/chart-lines.ts';
import { dollars, percent, price } from '../../format/numbers.ts';
import { poolName } from '../../format/words.ts';
import type { Lines } from '../../series/store.ts';
import { HistoryPanel } from './history-panel.tsx';
import { notInField } from './model.ts';
import type { RaceModel } from './model.ts';

interface OfRunners {
  readonly model: RaceModel;
  /** The runner whose line stands out. */
  readonly highlighted: Signal<string | null>;
}

/** The fixed win of all runners, with every change at its true time. */
export function PriceChart({ model, highlighted }: OfRunners) {
  return (
    <HistoryPanel
      id="prices"
      title="Fixed win"
      note="every change at its own time"
      model={model}
      lines={() => runnerLines(model, model.fixedWin, false)}
      scale="ratio"
      format={price}
      highlighted={highlighted}
      height={340}
      empty="No fixed-win price was offered yet."
    />
  );
}

const moneyKinds = { hold: 'Hold', bet: 'Bets' } as const;

/** Each runner's share of the money held, or of the bets. */
export function MoneyChart({ model, highlighted }: OfRunners) {
  const kind = useSignal<keyof typeof moneyKinds>('hold');
  const choice = (
    <span class="choices" role="group" aria-label="Which money">
      {(['hold', 'bet'] as const).map((value) => (
        <button
          key={value}
          type="button"
          aria-pressed={kind.value === value}
          onClick={() => {
            kind.value = value;
          }}
        >
          {moneyKinds[value]}
        </button>
      ))}
    </span>
  );
  return (
    <HistoryPanel
      id="money"
      title="Money flow"
      note="share"
      model={model}
      lines={() => runnerLines(model, model[kind.value], true)}
      scale="linear"
      format={percent}
      highlighted={highlighted}
      height={240}
      empty="The source tells of no money on this race."
      choice={choice}
    />
  );
}

/** The totals of the pools: over time those of this race alone, as they stand all of them. */
export function PoolsChart({ model }: { readonly model: RaceModel }) {
  const none = useSignal<string | null>(null);
  const pools = model.pools.all();
  return (
    <HistoryPanel
      id="pools"
      title="Pools"
      note="dollars"
      model={model}
      lines={() => poolLines(model)}
      scale="linear"
      format={dollars}
      highlighted={none}
      height={220}
      empty="The source tells of no pools on this race."
    >
      {pools.length > 0 && (
        <table class="list is-tight pools">
          <caption class="sr">The pools as they stand</caption>
          <thead>
            <tr>
              <th scope="col">Pool</th>
              <th scope="col" class="right">
                Total
              </th>
              <th scope="col">Status</th>
            </tr>
          </thead>
          <tbody>
            {pools.map((pool) => {
              const name = poolName(pool.product, pool.legs);
              return (
                <tr key={name}>
                  <th scope="row">{name}</th>
                  <td class="right num">{dollars(pool.total)}</td>
                  <td>{pool.status?.toLowerCase() ?? '–'}</td>
                </tr>
              );
            })}
          </tbody>
        </table>
      )}
    </HistoryPanel>
  );
}

function runnerLines(model: RaceModel, lines: Lines, others: boolean): readonly ChartLine[] {
  const ofRunners = model.runners.all().flatMap((runner, place): ChartLine[] => {
    const points = lines.peek(runner.entrant_id);
    if (points.length === 0 || runner.is_scratched || !runner.in_field) return [];
    const mark = String(runner.runner_number ?? '?');
    return [{ id: runner.entrant_id, mark, name: `${mark} ${runner.name}`, colour: place, points }];
  });
  const rest = others ? lines.peek(notInField) : [];
  if (rest.length === 0) return ofRunners;
  return [...ofRunners, { id: notInField, mark: 'n/f', name: 'Not in the field', colour: 10, points: rest }];
}

function poolLines(model: RaceModel): readonly ChartLine[] {
  return model.pools.ids.value.flatMap((id, place): ChartLine[] => {
    const points = model.poolTotals.peek(id);
    const alone = model.pools.get(id)?.peek().legs === null;
    return alone && points.length > 0 ? [{ id, mark: id.slice(0, 4), name: id, colour: place, points }] : [];
  });
}
