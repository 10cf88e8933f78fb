import type { ComponentChildren } from 'preact';
import { untracked, useSignal } from '@preact/signals';
import type { Signal } from '@preact/signals';
import { LineTable } from '../../charts/line-table.tsx';
import { StepChart } from '../../charts/step-chart.tsx';
import type { ChartLine } from '../../charts/chart-lines.ts';
import { epoch, minutes } from '../../format/time.ts';
import { beat, clockNow } from '../../live/clock.ts';
import { Empty } from '../../parts/state.tsx';
import { spanOf } from '../../series/align.ts';
import type { Span } from '../../series/align.ts';
import { zone } from '../../settings.ts';
import type { RaceModel } from './model.ts';
import { endOf, gapSpans, historyMs, windows } from './spans.ts';

export interface HistoryPanelProps {
  readonly id: string;
  readonly title: string;
  readonly note: string;
  readonly model: RaceModel;
  readonly lines: () => readonly ChartLine[];
  readonly scale: 'ratio' | 'linear';
  readonly format: (value: number) => string;
  readonly highlighted: Signal<string | null>;
  readonly height: number;
  readonly empty: string;
  readonly choice?: ComponentChildren;
  readonly children?: ComponentChildren;
}

/** A chart of a race's history with its window of time, and the same in figures. */
export function HistoryPanel(props: HistoryPanelProps) {
  const { id, title, note, model, format, highlighted } = props;
  const longest = useSignal(historyMs);
  // However fast prices move, a chart is drawn anew once a second.
  const drawn = model.race.value?.settled_at == null ? beat.value : 0;
  const time = Math.max(drawn, clockNow());
  const lines = untracked(props.lines);
  const to = endOf(model.race.value, time);
  const span = spanOf(
    lines.map(({ points }) => points),
    to,
    longest.value,
  );
  const gaps = gapSpans(model.gaps.value, highlighted.value, to);
  const within = gaps.filter((gap) => gap.to > span.from && gap.from < span.to);
  return (
    <section class="panel" aria-labelledby={id}>
      <div class="panel-head">
        <h2 id={id}>
          {title} <small>{note}</small>
        </h2>
        {props.choice}
        <WindowChoice longest={longest} of={title} />
      </div>
      {lines.length === 0 ? (
        <Empty>{props.empty}</Empty>
      ) : (
        <>
          <StepChart
            label={label(title, lines, span, within.length)}
            lines={lines}
            span={span}
            gaps={within}
            start={model.race.value === null ? null : epoch(model.race.value.advertised_start)}
            scale={props.scale}
            format={format}
            highlighted={highlighted.value}
            height={props.height}
          />
          {within.length > 0 && (
            <p class="sub gap-key">
              <i class="gap-sample" aria-hidden="true" /> Shaded: times without data
            </p>
          )}
          <LineTable caption={title} lines={lines} span={span} gaps={within} format={format} />
        </>
      )}
      {props.children}
    </section>
  );
}

function WindowChoice({ longest, of }: { readonly longest: Signal<number>; readonly of: string }) {
  return (
    <span class="choices" role="group" aria-label={`Time shown of ${of}`}>
      {windows.map(({ name, ms }) => (
        <button
          key={name}
          type="button"
          aria-pressed={longest.value === ms}
          onClick={() => {
            longest.value = ms;
          }}
        >
          {name}
        </button>
      ))}
    </span>
  );
}

function label(title: string, lines: readonly ChartLine[], span: Span, gaps: number): string {
  const times = `from ${minutes(span.from, zone.value)} to ${minutes(span.to, zone.value)}`;
  const without = gaps === 0 ? '' : ` ${gaps} ${gaps === 1 ? 'time' : 'times'} without data shaded.`;
  return `${title} over time, ${lines.length} lines, ${times}.${without} The table below has the figures.`;
}
