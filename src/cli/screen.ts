import { createLogUpdate } from 'log-update';
import type { DestinationStream } from 'pino';
import { openReader } from '../journal/reader.ts';
import type { JournalReader } from '../journal/reader.ts';
import type { LogOutput } from '../app/log/log-output.ts';
import type { Service } from '../app/service.ts';
import { escaped, printable } from '../app/terminal.ts';

/** The one screen that `run` shows on a terminal instead of its log. */
export interface Screen {
  /** Takes the log, of which the last lines are shown. */
  readonly destination: DestinationStream;
  start(service: Service): void;
  /** Leaves the last screen standing, and lets the log through from now on. */
  stop(): void;
}

const everyMs = 500;
const shownLines = 6;
const shownRaces = 6;

/**
 * @param now the recorder's clock, epoch milliseconds
 * @param output the log on standard output
 * @returns null where standard output is no terminal
 */
export function openScreen(now: () => number, output: LogOutput): Screen | null {
  if (!process.stdout.isTTY) return null;
  const update = createLogUpdate(process.stdout);
  const lines: string[] = [];
  let timer: NodeJS.Timeout | undefined;
  let reader: JournalReader | undefined;
  let passing = true;

  return {
    destination: {
      write(line: string) {
        if (passing) output.write(escapedLine(line));
        else if (lines.push(line.trimEnd()) > shownLines) lines.shift();
      },
    },
    start(service) {
      passing = false;
      const open = (reader = openReader(service.journal.file));
      timer = setInterval(() => {
        // A terminal that is stopped or slow is not given more than it takes.
        if (process.stdout.writableLength > 0) return;
        update(draw(service, open, now(), lines));
      }, everyMs);
    },
    stop() {
      clearInterval(timer);
      update.done();
      reader?.close();
      passing = true;
    },
  };
}

function draw(service: Service, reader: JournalReader, now: number, lines: readonly string[]): string {
  const { races, gaps, lastPollAt } = reader.status(shownRaces);
  const { feed, journal, totals } = service;
  const name = feed.kind === 'simulator' ? `the simulator (${feed.speed}×)` : feed.url;
  const lag = lastPollAt === null ? 'no poll yet' : `last poll ${seconds(now - Date.parse(lastPollAt))} ago`;
  return [
    `oddstream records ${name} in ${journal.file}`,
    `${new Date(now).toISOString().slice(0, 19)}Z  ${races.live} live races · ${totals.polls} polls (${totals.failed} failed) · ${totals.changes} changes · ${gaps.total} gaps (${gaps.open} open) · ${lag}`,
    '',
    'next to jump',
    ...[...races.running, ...races.next]
      .slice(0, shownRaces)
      .map(
        (race) =>
          `  ${countdown(Date.parse(race.start) - now).padStart(8)}  ${race.status.padEnd(8)} ${race.meeting ?? ''} R${race.raceNumber ?? '?'} ${race.name ?? ''}`,
      ),
    '',
    ...lines.map(shorten),
  ]
    .map(printable)
    .join('\n');
}

/** A line of the log with the line feed that ends it. */
function escapedLine(line: string): string {
  return `${escaped(line.trimEnd())}\n`;
}

function shorten(line: string): string {
  const width = process.stdout.columns || 100;
  return line.length > width ? `${line.slice(0, width - 1)}…` : line;
}

function countdown(millis: number): string {
  const sign = millis < 0 ? '-' : '';
  const total = Math.floor(Math.abs(millis) / 1000);
  const part = (value: number): string => String(value).padStart(2, '0');
  return `${sign}${Math.floor(total / 3600)}:${part(Math.floor(total / 60) % 60)}:${part(total % 60)}`;
}

function seconds(millis: number): string {
  return `${Math.max(0, millis / 1000).toFixed(0)} s`;
}
