import type uPlot from 'uplot';
import type { Span } from '../series/align.ts';
import { lineColour } from './colours.ts';
import { spread } from './spread.ts';
import type { Colours } from './colours.ts';
import type { StepChartProps } from './chart-lines.ts';

const ratio = (): number => window.devicePixelRatio || 1;

/** Shades the times without data, hatched: colour is not the only sign. */
export function drawGaps(chart: uPlot, gaps: readonly Span[], colours: Colours): void {
  const { ctx, bbox } = chart;
  ctx.save();
  ctx.beginPath();
  ctx.rect(bbox.left, bbox.top, bbox.width, bbox.height);
  ctx.clip();
  for (const { from, to } of gaps) {
    const left = chart.valToPos(from / 1_000, 'x', true);
    // A short gap is still seen.
    const width = Math.max(chart.valToPos(to / 1_000, 'x', true) - left, 2 * ratio());
    if (left + width < bbox.left || left > bbox.left + bbox.width) continue;
    hatch(ctx, left, width, bbox, colours);
  }
  ctx.restore();
}

function hatch(
  ctx: CanvasRenderingContext2D,
  left: number,
  width: number,
  box: uPlot.BBox,
  colours: Colours,
): void {
  ctx.save();
  ctx.beginPath();
  ctx.rect(left, box.top, width, box.height);
  ctx.clip();
  ctx.fillStyle = `${colours.gap}2e`;
  ctx.fillRect(left, box.top, width, box.height);
  ctx.strokeStyle = `${colours.gap}66`;
  ctx.lineWidth = ratio();
  const step = 7 * ratio();
  const first = Math.max(left, box.left) - box.height;
  const last = Math.min(left + width, box.left + box.width);
  ctx.beginPath();
  for (let x = first - (first % step); x < last; x += step) {
    ctx.moveTo(x, box.top + box.height);
    ctx.lineTo(x + box.height, box.top);
  }
  ctx.stroke();
  ctx.restore();
}

/** The advertised start, as a line across. */
export function drawStart(chart: uPlot, start: number | null, colours: Colours): void {
  const { ctx, bbox } = chart;
  if (start === null) return;
  const x = Math.round(chart.valToPos(start / 1_000, 'x', true));
  if (x < bbox.left || x > bbox.left + bbox.width) return;
  ctx.save();
  ctx.strokeStyle = colours.start;
  ctx.fillStyle = colours.start;
  ctx.lineWidth = ratio();
  ctx.setLineDash([4 * ratio(), 3 * ratio()]);
  ctx.beginPath();
  ctx.moveTo(x, bbox.top);
  ctx.lineTo(x, bbox.top + bbox.height);
  ctx.stroke();
  ctx.font = scaled(colours.font);
  ctx.textAlign = 'right';
  ctx.textBaseline = 'top';
  ctx.fillText('start', x - 4 * ratio(), bbox.top + 2 * ratio());
  ctx.restore();
}

/** Each line's mark at its end, moved apart where they would cover each other. */
export function drawMarks(chart: uPlot, props: StepChartProps, colours: Colours): void {
  const { ctx, bbox } = chart;
  const height = 12 * ratio();
  const ends = props.lines.flatMap((line, index) => {
    const value = Array.from(chart.data[index + 1] ?? []).findLast((v) => typeof v === 'number');
    return typeof value === 'number' ? [{ line, index, y: chart.valToPos(value, 'y', true) }] : [];
  });
  ctx.save();
  ctx.font = scaled(colours.font);
  ctx.textAlign = 'left';
  ctx.textBaseline = 'middle';
  const edge = bbox.left + bbox.width;
  const sorted = ends.sort((a, b) => a.y - b.y);
  const places = spread(
    sorted.map(({ y }) => y),
    height,
    bbox.top + bbox.height,
  );
  for (const [place, { line, index }] of sorted.entries()) {
    ctx.fillStyle = lineColour(props, index, colours);
    ctx.fillText(line.mark, edge + 6 * ratio(), places[place] ?? 0);
  }
  ctx.restore();
}

function scaled(font: string): string {
  return font.replace(/^(\d+)px/, (_, size: string) => `${Number(size) * ratio()}px`);
}
