import { dollars, price } from '../../format/numbers.ts';
import type { RaceModel } from './model.ts';
import { dividends, placings } from './served.ts';
import type { Placing } from './served.ts';

/** How the race was decided; nothing before there are results. */
export function ResultPanel({ model }: { readonly model: RaceModel }) {
  const result = model.result.value;
  if (result === null) return null;
  const order = placings(result.placings);
  const paid = dividends(result.dividends);
  return (
    <section class="panel result" aria-labelledby="result">
      <h2 id="result">
        Result{' '}
        <small>
          {result.status.toLowerCase()}
          {result.revision > 1 ? `, amended (revision ${result.revision})` : ''}
        </small>
      </h2>
      <ol class="placings">
        {order.map((placing) => (
          <li key={placing.position} value={placing.position}>
            <PlacingText placing={placing} odds={oddsOf(model, placing)} />
          </li>
        ))}
      </ol>
      {paid.length > 0 && (
        <dl class="dividends">
          {paid.map(({ product, runners, pays }) => (
            <div key={`${product} ${runners}`}>
              <dt>
                {product.replace(/^Pool /, '')} <span class="num quiet">{runners}</span>
              </dt>
              <dd class="num">{pays < 100 ? `$${pays.toFixed(2)}` : dollars(pays)}</dd>
            </div>
          ))}
        </dl>
      )}
    </section>
  );
}

function PlacingText({ placing, odds }: { readonly placing: Placing; readonly odds: number | null }) {
  return (
    <>
      <span class="placing-position num">{placing.position}</span>
      <span class="placing-name">
        {placing.number !== null && <b class="num">{placing.number}</b>} {placing.name}
        <span class="sub num">
          {odds === null ? '' : price(odds)}
          {placing.margin !== null && placing.margin > 0 ? ` · ${placing.margin} L` : ''}
        </span>
      </span>
    </>
  );
}

function oddsOf(model: RaceModel, placing: Placing): number | null {
  return model.runners.all().find(({ runner_number }) => runner_number === placing.number)?.fixed_win ?? null;
}
