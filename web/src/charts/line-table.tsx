import { useSignal } from '@preact/signals';
import { change } from '../format/change.ts';
import { minutes } from '../format/time.ts';
import type { Span } from '../series/align.ts';
import { valueAt } from '../series/points.ts';
import { zone } from '../settings.ts';
import type { ChartLine } from './chart-lines.ts';

interface LineTableProps {
  readonly caption: string;
  readonly lines: readonly ChartLine[];
  readonly span: Span;
  readonly gaps: readonly Span[];
  readonly format: (value: number) => string;
}

/** A chart in figures: for each line where it began, its bounds, where it is. Worked out while it is looked at. */
export function LineTable(props: LineTableProps) {
  const open = useSignal(false);
  return (
    <details
      class="as-table"
      onToggle={({ currentTarget }) => {
        open.value = currentTarget.open;
      }}
    >
      <summary>{props.caption} as a table</summary>
      {open.value && <Figures {...props} />}
    </details>
  );
}

function Figures({ caption, lines, span, gaps, format }: LineTableProps) {
  const shown = (value: number | null): string => (value === null ? '–' : format(value));
  return (
    <div class="scroller" role="region" aria-label={`${caption} as a table`} tabIndex={0}>
      <table class="list is-tight">
        <thead>
          <tr>
            <th scope="col">Line</th>
            <th scope="col" class="right">
              At {minutes(span.from, zone.value)}
            </th>
            <th scope="col" class="right">
              Lowest
            </th>
            <th scope="col" class="right">
              Highest
            </th>
            <th scope="col" class="right">
              At {minutes(span.to, zone.value)}
            </th>
            <th scope="col" class="right">
              Change
            </th>
            <th scope="col" class="right">
              Moves
            </th>
          </tr>
        </thead>
        <tbody>
          {lines.map((line) => {
            const { first, low, high, last, moves } = figures(line, span);
            return (
              <tr key={line.id}>
                <th scope="row">{line.name}</th>
                <td class="right num">{shown(first)}</td>
                <td class="right num">{shown(low)}</td>
                <td class="right num">{shown(high)}</td>
                <td class="right num">{shown(last)}</td>
                <td class="right num">{changeText(first, last)}</td>
                <td class="right num">{moves}</td>
              </tr>
            );
          })}
        </tbody>
      </table>
      {gaps.length > 0 && (
        <p class="sub">
          Shaded, without data:{' '}
          {gaps
            .map(({ from, to }) => `${minutes(from, zone.value)} to ${minutes(to, zone.value)}`)
            .join(', ')}
          .
        </p>
      )}
    </div>
  );
}

function figures({ points }: ChartLine, span: Span) {
  const within = points.filter(({ t }) => t > span.from && t <= span.to);
  const first = valueAt(points, span.from) ?? within.find(({ v }) => v !== null)?.v ?? null;
  const values = [first, ...within.map(({ v }) => v)].filter((v) => v !== null);
  return {
    first,
    low: values.length === 0 ? null : Math.min(...values),
    high: values.length === 0 ? null : Math.max(...values),
    last: valueAt(points, span.to),
    moves: within.length,
  };
}

function changeText(first: number | null, last: number | null): string {
  if (first === null || last === null || first === 0) return '–';
  const told = change(last / first - 1);
  return told === null ? '–' : `${told.arrow} ${told.text}`;
}
