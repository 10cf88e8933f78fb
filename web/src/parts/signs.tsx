import type { Race } from '../../../src/server/contract/race.ts';
import { change } from '../format/change.ts';
import { age } from '../format/countdown.ts';
import { freshnessOf } from '../format/freshness.ts';
import type { Freshness } from '../format/freshness.ts';
import { percent } from '../format/numbers.ts';
import { epoch } from '../format/time.ts';
import { plain } from '../format/words.ts';
import { now } from '../live/clock.ts';

/** How far a price moved: an arrow and a figure, in words for those who cannot see the arrow. */
export function ChangeSign({ share }: { readonly share: number | null }) {
  const told = change(share);
  if (told === null) return <span class="quiet">–</span>;
  if (told.direction === 'unchanged') return <span class="quiet">0%</span>;
  return (
    <span class={`change is-${told.direction}`}>
      <span class="sr">{told.words}</span>
      <span aria-hidden="true">
        <i class="arrow">{told.arrow}</i> {told.text}
      </span>
    </span>
  );
}

/** A race's status as served, or by which it was given up. */
export function StatusSign({ status }: { readonly status: string }) {
  const name = status.trim() === '' ? 'Unknown' : plain(status.trim());
  return <span class={`status is-${name.toLowerCase().replaceAll(/[^a-z]/g, '')}`}>{name}</span>;
}

const freshWords: Readonly<Record<Freshness, string>> = {
  fresh: 'fresh',
  late: 'late',
  none: 'not yet polled',
  settled: 'settled',
};

/** When a race was last looked at, and whether that is as new as it should be. */
export function FreshnessSign({ race }: { readonly race: Race }) {
  const time = now.value;
  if (time === null) return null;
  const fresh = freshnessOf(race, time);
  const last = race.last_good_poll_at;
  return (
    <span class={`fresh is-${fresh}`}>
      <i class="fresh-mark" aria-hidden="true" />
      {fresh === 'fresh' ? '' : freshWords[fresh]}
      {last !== null && fresh !== 'settled' && (
        <>
          {fresh === 'fresh' ? '' : ' · '}
          <span class="num">{age(time - epoch(last))}</span>
          <span class="sr"> old, {freshWords[fresh]}</span>
        </>
      )}
    </span>
  );
}

/** A share of 100 as a bar with its figure. */
export function ShareBar({ value, kind }: { readonly value: number | null; readonly kind: 'hold' | 'bet' }) {
  return (
    <span class={`share is-${kind}`}>
      <span class="share-track" aria-hidden="true">
        <span class="share-fill" style={{ width: `${Math.min(100, Math.max(0, value ?? 0))}%` }} />
      </span>
      <span class="num">
        {percent(value)}
        <span class="sr"> of the {kind === 'hold' ? 'hold' : 'bets'}</span>
      </span>
    </span>
  );
}
