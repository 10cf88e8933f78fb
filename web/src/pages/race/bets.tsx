import { dayAndMinutes, epoch } from '../../format/time.ts';
import { dollars, price } from '../../format/numbers.ts';
import { clockNow } from '../../live/clock.ts';
import { Empty } from '../../parts/state.tsx';
import { zone } from '../../settings.ts';
import type { RaceModel } from './model.ts';

const listNames: Readonly<Record<string, string>> = {
  big: 'big bet',
  live: 'live bet',
  biggest: 'biggest bet',
};

/** Bets that are shown at once. */
const shown = 40;

/** Single bets that the source tells of, the newest first. */
export function BetList({ model }: { readonly model: RaceModel }) {
  const bets = model.bets.value.slice(0, shown);
  return (
    <section class="panel" aria-labelledby="bets">
      <h2 id="bets">
        Bets <small>{model.bets.value.length} told</small>
      </h2>
      {bets.length === 0 ? (
        <Empty>The source tells of no bets on this race.</Empty>
      ) : (
        <div class="scroller is-list" role="region" aria-label="Table of bets" tabIndex={0}>
          <table class="list is-tight">
            <thead>
              <tr>
                <th scope="col">Bet</th>
                <th scope="col" class="right">
                  Stake
                </th>
                <th scope="col" class="right">
                  Odds
                </th>
                <th scope="col" class="right">
                  Placed
                </th>
              </tr>
            </thead>
            <tbody>
              {bets.map((bet) => (
                <tr key={bet.seq}>
                  <th scope="row">
                    {bet.description ?? bet.title ?? 'A bet'}
                    <span class="sub">
                      {bet.title} · {listNames[bet.list] ?? bet.list}
                    </span>
                  </th>
                  <td class="right num strong">{dollars(bet.stake)}</td>
                  <td class="right num">{price(bet.odds)}</td>
                  <td class="right num">
                    {bet.placed_at === null
                      ? '–'
                      : dayAndMinutes(epoch(bet.placed_at), clockNow(), zone.value)}
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </section>
  );
}
