import { isMet } from './line.ts';
import type { Line } from './line.ts';

/** The lines as a Markdown table, as it stands in docs/performance.md. */
export function tableOf(lines: readonly Line[]): string {
  const head = ['what', 'ours', 'against', 'yardstick', 'ratio', 'wanted', 'spread', 'n', ''];
  const rows = lines.map((line) => [
    line.what,
    `${short(line.ours)} ${line.unit}`,
    line.against,
    line.yardstick === null ? '' : `${short(line.yardstick)} ${line.unit}`,
    line.yardstick === null ? '' : short(line.ratio),
    wanted(line),
    line.spread.map(short).join('–'),
    String(line.n),
    isMet(line) ? '' : 'missed',
  ]);
  const widths = head.map((title, column) =>
    Math.max(3, title.length, ...rows.map((row) => row[column]?.length ?? 0)),
  );
  const print = (row: readonly string[]): string =>
    `| ${row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(' | ')} |`;
  const rule = `| ${widths.map((width) => '-'.repeat(width)).join(' | ')} |`;
  return [print(head), rule, ...rows.map(print)].join('\n');
}

function wanted({ goal }: Line): string {
  if (goal === null) return '';
  return 'atMost' in goal ? `≤ ${goal.atMost}` : `≥ ${goal.atLeast}`;
}

/** Three digits that count. */
export function short(value: number): string {
  if (!Number.isFinite(value)) return '–';
  if (value !== 0 && Math.abs(value) < 1000) return String(Number(value.toPrecision(3)));
  return Math.round(value).toLocaleString('en');
}
