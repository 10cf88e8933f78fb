import uPlot from 'uplot';
import { minutes, seconds } from '../format/time.ts';
import type { Zone } from '../format/time.ts';
import { lineColour, palette } from './colours.ts';
import type { Colours } from './colours.ts';
import { drawGaps, drawMarks, drawStart } from './draw.ts';
import { readoutAt } from './readout.ts';
import { ratioSplits } from './splits.ts';
import type { StepChartProps } from './chart-lines.ts';

const stepped = uPlot.paths.stepped?.({ align: 1 });

/** Options of a chart whose lines, once made, stay the same ones. */
export function chartOptions(
  current: () => StepChartProps,
  width: number,
  zone: Zone,
  tell: (text: string) => void,
): uPlot.Options {
  const colours = palette();
  const { lines, scale, height } = current();
  const ratio = scale === 'ratio';
  return {
    width: Math.max(width, 100),
    height,
    padding: [8, 34, 0, 0],
    legend: { show: false },
    cursor: { y: false, points: { show: false }, drag: { x: false, y: false } },
    scales: {
      x: { time: true, range: () => [current().span.from / 1_000, current().span.to / 1_000] },
      y: { range: ratio ? ratioRange : linearRange },
    },
    axes: [
      timeAxis(colours, zone),
      valueAxis(colours, ratio, (value) => current().format(shownValue(value, ratio))),
    ],
    series: [{}, ...lines.map((_, index) => series(current, index, colours))],
    hooks: {
      setCursor: [
        (chart) => {
          tell(readoutAt(chart, current(), zone));
        },
      ],
      drawClear: [
        (chart) => {
          drawGaps(chart, current().gaps, colours);
        },
      ],
      draw: [
        (chart) => {
          drawStart(chart, current().start, colours);
          drawMarks(chart, current(), colours);
        },
      ],
    },
  };
}

function series(current: () => StepChartProps, index: number, colours: Colours): uPlot.Series {
  return {
    stroke: () => lineColour(current(), index, colours),
    width: 1.5,
    dash: (current().lines[index]?.colour ?? 0) >= colours.lines.length ? [5, 3] : [],
    points: { show: false },
    ...(stepped ? { paths: stepped } : {}),
  };
}

function timeAxis(colours: Colours, zone: Zone): uPlot.Axis {
  return {
    stroke: colours.text,
    font: colours.font,
    grid: { stroke: colours.grid, width: 1 },
    ticks: { show: false },
    size: 28,
    space: 64,
    values: (_, splits, __, ___, step) =>
      splits.map((t) => (step < 60 ? seconds(t * 1_000, zone) : minutes(t * 1_000, zone))),
  };
}

function valueAxis(colours: Colours, ratio: boolean, format: (value: number) => string): uPlot.Axis {
  return {
    stroke: colours.text,
    font: colours.font,
    grid: { stroke: colours.grid, width: 1 },
    ticks: { show: false },
    size: 52,
    values: (_, splits) => splits.map(format),
    ...(ratio
      ? {
          splits: (_: uPlot, __: number, min: number, max: number) =>
            ratioSplits(Math.exp(min), Math.exp(max)).map(Math.log),
        }
      : {}),
  };
}

function ratioRange(_: uPlot, min: number | null, max: number | null): uPlot.Range.MinMax {
  return [(min ?? 0) - 0.08, (max ?? 2) + 0.08];
}

function linearRange(_: uPlot, __: number | null, max: number | null): uPlot.Range.MinMax {
  return [0, Math.max(max ?? 0, 1) * 1.08];
}

/** A scale by ratio is one of logarithms: where a value is drawn. */
export function drawnValue(value: number | null, ratio: boolean): number | null {
  return ratio && value !== null ? Math.log(value) : value;
}

/** The value that is drawn at a place of the scale, to the cent. */
function shownValue(drawn: number, ratio: boolean): number {
  return ratio ? Math.round(Math.exp(drawn) * 100) / 100 : drawn;
}
