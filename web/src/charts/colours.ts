import type { StepChartProps } from './chart-lines.ts';

/** Colours of a chart, from the page's style. */
export interface Colours {
  readonly text: string;
  readonly grid: string;
  readonly gap: string;
  readonly start: string;
  readonly surface: string;
  readonly lines: readonly string[];
  readonly font: string;
}

/** Lines that have a colour of their own; the next ones have the same colours, dashed. */
export const lineColours = 12;

/** The colours that are in force now. */
export function palette(): Colours {
  const style = getComputedStyle(document.documentElement);
  const read = (name: string): string => style.getPropertyValue(`--${name}`).trim();
  return {
    text: read('quiet'),
    grid: read('grid'),
    gap: read('gap'),
    start: read('start'),
    surface: read('surface'),
    lines: Array.from({ length: lineColours }, (_, place) => read(`line-${place}`)),
    font: `11px ${read('font')}`,
  };
}

/** A line's colour: where another one stands out, it steps back. */
export function lineColour({ lines, highlighted }: StepChartProps, index: number, colours: Colours): string {
  const line = lines[index];
  const colour = colours.lines[(line?.colour ?? 0) % colours.lines.length] ?? colours.text;
  return highlighted === null || highlighted === line?.id ? colour : `${colour}40`;
}
