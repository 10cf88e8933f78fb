import { Command, InvalidArgumentError, Option } from 'commander';
import manifest from '../../package.json' with { type: 'json' };
import type { ImportOptions } from './import.ts';
import { logLevels } from './log-levels.ts';
import type { LogLevel } from './log-levels.ts';
import type { RunOptions } from './run.ts';
import type { SimulateOptions } from './simulate.ts';
import type { StatusOptions } from './status.ts';

/** The command line. Parsing throws a CommanderError, and the commands throw what {@link reportFailure} tells. */
export function buildProgram(): Command {
  const program = new Command('oddstream')
    .description(manifest.description)
    .version(manifest.version)
    .exitOverride();

  common(program.command('run'))
    .description(
      'Record the race day: the TAB feed when TAB_FROM, TAB_PARTNER and TAB_PARTNER_ID are set, else the simulator.',
    )
    .option('--duration <time>', 'stop by itself after this real time, e.g. 90s, 10m, 2h', duration)
    .addOption(simulatorUrl())
    .option('--speed <factor>', 'how many times as fast the simulator runs as real time', between(0.1, 1000))
    .option(
      '--seed <number>',
      'which simulated market (default: that of the journal, else 1)',
      wholeBetween(0, 2 ** 31),
    )
    .option(
      '--races <number>',
      'simulated races a day (default: as in the journal, else 240)',
      wholeBetween(1, 10_000),
    )
    .option('--record <directory>', 'also keep every response, one compressed recording a race')
    .action(async (options: RunOptions) => {
      const { runCommand } = await import('./run.ts');
      await runCommand(options);
    });

  common(program.command('import'))
    .description('Import a day once: list its meetings, then fetch the event of each selected race.')
    .option('--date <date>', 'NZ date, YYYY-MM-DD (default: those that the present UTC day touches)', nzDate)
    .addOption(simulatorUrl())
    .action(async (options: ImportOptions) => {
      const { importCommand } = await import('./import.ts');
      await importCommand(options);
    });

  common(program.command('replay'))
    .description('Take recorded responses through the same parser, diff and journal, as fast as it can.')
    .argument('<file...>', 'recordings: .jsonl, .jsonl.gz or .jsonl.zst')
    .action(async (files: string[], options: CommonOptions) => {
      const { replayCommand } = await import('./replay-command.ts');
      await replayCommand(files, options);
    });

  program
    .command('simulate')
    .description('Run the simulated feed alone, for `oddstream run --simulator URL` and for tests.')
    .option('--races <number>', 'races a day', wholeBetween(1, 10_000), 240)
    .option('--seed <number>', 'which market', wholeBetween(0, 2 ** 31), 1)
    .option('--speed <factor>', 'how many times as fast as real time', between(0.1, 1000), 1)
    .option('--port <number>', 'port on 127.0.0.1; 0 takes any that is free', wholeBetween(0, 65_535), 8787)
    .action(async (options: SimulateOptions) => {
      const { simulateCommand } = await import('./simulate.ts');
      await simulateCommand(options);
    });

  common(program.command('status'))
    .description('Tell how a journal stands. Exit code 1 when there is none.')
    .option('--json', 'as one JSON object')
    .option('--max-age <time>', 'exit code 1 when the newest poll is older than this, e.g. 35m', duration)
    .action(async (options: StatusOptions) => {
      const { statusCommand } = await import('./status.ts');
      statusCommand(options);
    });

  return program;
}

/** What every command takes that has to do with a journal. */
export interface CommonOptions {
  readonly db?: string;
  readonly logLevel: LogLevel;
}

function common(command: Command): Command {
  return command
    .option('--db <file>', 'the journal, an SQLite file')
    .addOption(
      new Option('--log-level <level>', 'least level of the log lines on standard output')
        .choices(logLevels)
        .default('info'),
    );
}

function simulatorUrl(): Option {
  return new Option(
    '--simulator <url>',
    'attach to a simulated feed that runs already, and take its clock',
  ).argParser((text: string) => {
    const url = URL.parse(text);
    if (url?.protocol === 'http:') return url.origin;
    throw new InvalidArgumentError('It must be a URL such as http://127.0.0.1:8787.');
  });
}

function between(least: number, most: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (text.trim() !== '' && value >= least && value <= most) return value;
    throw new InvalidArgumentError(`It must be a number from ${least} to ${most}.`);
  };
}

function wholeBetween(least: number, most: number): (text: string) => number {
  const read = between(least, most);
  return (text) => {
    const value = read(text);
    if (Number.isInteger(value)) return value;
    throw new InvalidArgumentError('It must be a whole number.');
  };
}

const units: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 };

/** A time such as `90s`, in milliseconds. */
function duration(text: string): number {
  const [, number, unit] = /^(\d+(?:\.\d+)?)(ms|s|m|h)$/.exec(text) ?? [];
  const millis = Number(number) * (units[unit ?? ''] ?? NaN);
  if (millis > 0 && millis < 2 ** 31) return millis;
  throw new InvalidArgumentError('It must be a time such as 90s, 10m or 2h, under 24 days.');
}

function nzDate(text: string): string {
  if (/^\d{4}-\d{2}-\d{2}$/.test(text) && !Number.isNaN(Date.parse(text))) return text;
  throw new InvalidArgumentError('It must be a date such as 2026-02-28.');
}
