import type { PollMinute } from '../../../../src/server/contract/status.ts';
import { duration } from '../../format/numbers.ts';
import { epoch, minutes as minuteText } from '../../format/time.ts';
import { zone } from '../../settings.ts';

const width = 600;
const height = 120;

/** Polls a minute by outcome, and how late they were. */
export function PollsPanel({ minutes }: { readonly minutes: readonly PollMinute[] }) {
  const total = (key: 'changed' | 'unchanged' | 'failed'): number =>
    minutes.reduce((sum, minute) => sum + minute[key], 0);
  const first = minutes[0];
  const last = minutes.at(-1);
  return (
    <section class="panel" aria-labelledby="polls">
      <h2 id="polls">
        Polls a minute <small>last hour of the recorder's clock</small>
      </h2>
      <ul class="key">
        <li class="is-changed">{total('changed')} changed</li>
        <li class="is-unchanged">{total('unchanged')} unchanged</li>
        <li class="is-failed">{total('failed')} failed</li>
      </ul>
      <Bars minutes={minutes} />
      <h3>
        Lateness <small>most and median of each minute</small>
      </h3>
      <Lateness minutes={minutes} />
      {first && last && (
        <p class="axis num" aria-hidden="true">
          <span>{minuteText(epoch(first.minute), zone.value)}</span>
          <span>{minuteText(epoch(last.minute), zone.value)}</span>
        </p>
      )}
      <MinuteTable minutes={minutes} />
    </section>
  );
}

function Bars({ minutes }: { readonly minutes: readonly PollMinute[] }) {
  const most = Math.max(1, ...minutes.map(({ changed, unchanged, failed }) => changed + unchanged + failed));
  const step = width / Math.max(1, minutes.length);
  const scale = (polls: number): number => (polls / most) * height;
  return (
    <figure class="bars">
      <span class="bars-most num" aria-hidden="true">
        {most}
      </span>
      <svg
        viewBox={`0 0 ${width} ${height}`}
        preserveAspectRatio="none"
        role="img"
        aria-label={`Polls a minute, at most ${most}`}
      >
        {minutes.map((minute, place) => {
          let top = height;
          return (['changed', 'unchanged', 'failed'] as const).map((outcome) => {
            const tall = scale(minute[outcome]);
            top -= tall;
            return (
              <rect
                key={`${minute.minute} ${outcome}`}
                class={`is-${outcome}`}
                x={place * step + 1}
                y={top}
                width={Math.max(1, step - 2)}
                height={tall}
              />
            );
          });
        })}
      </svg>
    </figure>
  );
}

function Lateness({ minutes }: { readonly minutes: readonly PollMinute[] }) {
  const most = Math.max(1, ...minutes.map(({ lateness_max_ms }) => lateness_max_ms ?? 0));
  const path = (value: (minute: PollMinute) => number | null): string =>
    minutes
      .map((minute, place) => {
        const late = value(minute);
        if (late === null) return '';
        const y = (height / 2) * (1 - late / most);
        const step = width / Math.max(1, minutes.length);
        return `M${(place * step).toFixed(1)} ${y.toFixed(1)}h${step.toFixed(1)}`;
      })
      .join('');
  return (
    <figure class="bars is-low">
      <span class="bars-most num" aria-hidden="true">
        {duration(most)}
      </span>
      <svg
        viewBox={`0 0 ${width} ${height / 2}`}
        preserveAspectRatio="none"
        role="img"
        aria-label={`Lateness of polls, at most ${duration(most)}`}
      >
        <path
          class="is-most"
          d={path(({ lateness_max_ms }) => lateness_max_ms)}
          vector-effect="non-scaling-stroke"
        />
        <path
          class="is-median"
          d={path(({ lateness_median_ms }) => lateness_median_ms)}
          vector-effect="non-scaling-stroke"
        />
      </svg>
    </figure>
  );
}

function MinuteTable({ minutes }: { readonly minutes: readonly PollMinute[] }) {
  return (
    <details class="as-table">
      <summary>Polls a minute as a table</summary>
      <div class="scroller is-list" role="region" aria-label="Polls a minute as a table" tabIndex={0}>
        <table class="list is-tight">
          <thead>
            <tr>
              <th scope="col">Minute</th>
              <th scope="col" class="right">
                Changed
              </th>
              <th scope="col" class="right">
                Unchanged
              </th>
              <th scope="col" class="right">
                Failed
              </th>
              <th scope="col" class="right">
                Late, median
              </th>
              <th scope="col" class="right">
                Late, most
              </th>
            </tr>
          </thead>
          <tbody>
            {minutes.map((minute) => (
              <tr key={minute.minute}>
                <th scope="row" class="num">
                  {minuteText(epoch(minute.minute), zone.value)}
                </th>
                <td class="right num">{minute.changed}</td>
                <td class="right num">{minute.unchanged}</td>
                <td class="right num">{minute.failed}</td>
                <td class="right num">{duration(minute.lateness_median_ms)}</td>
                <td class="right num">{duration(minute.lateness_max_ms)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </details>
  );
}
