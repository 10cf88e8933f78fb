import type uPlot from 'uplot';
import { seconds } from '../format/time.ts';
import type { Zone } from '../format/time.ts';
import { valueAt } from '../series/points.ts';
import type { StepChartProps } from './chart-lines.ts';

/** How far from the pointer a line may be that is told, pixels. */
const reach = 40;

/** What the pointer is at: the time, and the nearest line with its value. Empty while it is elsewhere. */
export function readoutAt(chart: uPlot, { lines, format }: StepChartProps, zone: Zone): string {
  const { left = -1, top = -1, idx } = chart.cursor;
  if (left < 0 || idx === null || idx === undefined) return '';
  const time = chart.posToVal(left, 'x') * 1_000;
  let nearest: { readonly name: string; readonly value: number; readonly away: number } | null = null;
  for (const [place, line] of lines.entries()) {
    const value = valueAt(line.points, time);
    const drawn = chart.data[place + 1]?.[idx];
    if (value === null || typeof drawn !== 'number') continue;
    const away = Math.abs(chart.valToPos(drawn, 'y') - top);
    if (away < (nearest?.away ?? reach)) nearest = { name: line.name, value, away };
  }
  const at = seconds(time, zone);
  return nearest === null ? at : `${at}  ${nearest.name}  ${format(nearest.value)}`;
}
