import { dollars, price } from '../../format/numbers.ts';
import type { RaceModel } from './model.ts';
import { dividendLines, dividends, isAmended, placings } from './served.ts';
import type { DividendLine, Placing } from './served.ts';

/** How the race was decided; nothing before there are results. */
export function ResultPanel({ model }: { readonly model: RaceModel }) {
  const result = model.result.value;
  if (result === null) return null;
  const order = placings(result.placings);
  const lines = dividendLines(dividends(result.dividends));
  return (
    <section class="panel result" aria-labelledby="result">
      <h2 id="result">
        Result{' '}
        <small>
          {result.status.toLowerCase()}
          {isAmended(model.revisions.value) ? ', amended' : ''}
        </small>
      </h2>
      <ol class="placings">
        {order.map((placing) => (
          <li key={`${placing.position} ${placing.name}`} value={placing.position}>
            <PlacingText
              placing={placing}
              odds={oddsOf(model, placing)}
              isDeadHeat={order.filter(({ position }) => position === placing.position).length > 1}
            />
          </li>
        ))}
      </ol>
      {lines.length > 0 && <DividendTable lines={lines} />}
    </section>
  );
}

interface PlacingTextProps {
  readonly placing: Placing;
  readonly odds: number | null;
  readonly isDeadHeat: boolean;
}

function PlacingText({ placing, odds, isDeadHeat }: PlacingTextProps) {
  return (
    <>
      <span class={`placing-position num${placing.position === 1 ? ' is-winner' : ''}`}>
        {placing.position}
      </span>
      <span class="placing-name">
        {placing.number !== null && <b class="num">{placing.number}</b>} {placing.name}
        {isDeadHeat && <span class="tag">dead heat</span>}
        <span class="sub num">
          {odds === null ? '' : price(odds)}
          {placing.margin !== null && placing.margin > 0 ? ` · ${placing.margin} L` : ''}
        </span>
      </span>
    </>
  );
}

/** A selection a line; pools of several operators side by side. */
function DividendTable({ lines }: { readonly lines: readonly DividendLine[] }) {
  const operators = [...new Set(lines.flatMap(({ pays }) => [...pays.keys()]))];
  return (
    <div class="scroller" role="region" aria-label="Table of dividends" tabIndex={0}>
      <table class="list is-tight dividends">
        <thead>
          <tr>
            <th scope="col">Dividend</th>
            <th scope="col">Runners</th>
            {operators.map((operator) => (
              <th key={operator ?? ''} scope="col" class="right">
                {operator ?? 'Pays'}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {lines.map(({ product, selection, pays }) => (
            <tr key={`${product} ${selection}`}>
              <th scope="row">{product}</th>
              <td class="num quiet">{selection}</td>
              {operators.map((operator) => (
                <td key={operator ?? ''} class="right num strong">
                  {pays.get(operator)?.map(paid).join(' / ') ?? ''}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function paid(pays: number): string {
  return pays < 100 ? `$${pays.toFixed(2)}` : dollars(pays);
}

function oddsOf(model: RaceModel, placing: Placing): number | null {
  return model.runners.all().find(({ runner_number }) => runner_number === placing.number)?.fixed_win ?? null;
}
