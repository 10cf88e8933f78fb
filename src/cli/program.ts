import { Command, InvalidArgumentError, Option } from 'commander';
import manifest from '../../package.json' with { type: 'json' };
import { tables } from '../domain/tables.ts';
import { epochMillis } from '../domain/time.ts';
import { exportFormats } from '../sinks/files/format.ts';
import type { CommonOptions } from './common-options.ts';
import type { DeadLettersOptions } from './dead-letters.ts';
import type { ExportCommandOptions } from './export.ts';
import { httpForm, parseHttpAddress } from '../app/settings/http-address.ts';
import type { HttpAddress } from '../app/settings/http-address.ts';
import type { HealthOptions } from './health.ts';
import type { ImportOptions } from './import.ts';
import { logLevels } from '../app/log/log-levels.ts';
import type { RepairOptions } from './repair.ts';
import type { ReplayOptions } from './replay-command.ts';
import type { RunOptions } from './run.ts';
import type { SimulateOptions } from './simulate.ts';
import type { StatusOptions } from './status.ts';
import type { VerifyOptions } from './verify.ts';

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
    .option(
      '--origin <time>',
      'when the simulated clock of a new journal starts, e.g. 2026-11-30T20:00:00Z (default: now)',
      instant,
    )
    .option('--record <directory>', 'also keep every response, one compressed recording a race')
    .option(
      '--http <host:port>',
      'where to serve the live page, the API and metrics (default: 127.0.0.1:8080)',
      httpAddress,
    )
    .option('--no-http', 'serve nothing')
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
    .argument('[file...]', 'recordings: .jsonl, .jsonl.gz or .jsonl.zst')
    .option(
      '--quarantine',
      'instead of recordings, the responses of races that the journal has in quarantine, after a fix; the recorder must be stopped',
    )
    .action(async (files: string[], options: ReplayOptions) => {
      const { replayCommand } = await import('./replay-command.ts');
      await replayCommand(files, options);
    });

  program
    .command('simulate')
    .description('Run the simulated feed alone, for `oddstream run --simulator URL` and for tests.')
    .option('--races <number>', 'races a day', wholeBetween(1, 10_000), 240)
    .option('--seed <number>', 'which market', wholeBetween(0, 2 ** 31), 1)
    .option('--speed <factor>', 'how many times as fast as real time', between(0.1, 1000), 1)
    .option('--origin <time>', 'when its clock starts, e.g. 2026-11-30T20:00:00Z (default: now)', instant)
    .option('--port <number>', 'port on 127.0.0.1; 0 takes any that is free', wholeBetween(0, 65_535), 8787)
    .action(async (options: SimulateOptions) => {
      const { simulateCommand } = await import('./simulate.ts');
      await simulateCommand(options);
    });

  common(program.command('verify'))
    .description(
      'Fetch a day again and compare it with the journal, changing nothing. Exit code 1 for differences.',
    )
    .option('--date <date>', 'NZ date, YYYY-MM-DD (default: those that the present UTC day touches)', nzDate)
    .addOption(simulatorUrl())
    .action(async (options: VerifyOptions) => {
      const { verifyCommand } = await import('./verify.ts');
      await verifyCommand(options);
    });

  common(program.command('export'))
    .description('Write a table to a file for DuckDB, pandas or R.')
    .argument('<file>', 'file to write; - is standard output, for csv and ndjson')
    .addOption(new Option('--format <format>', 'of the file').choices(exportFormats).makeOptionMandatory())
    .addOption(new Option('--table <table>', 'to export').choices(Object.keys(tables)).makeOptionMandatory())
    .option('--date <date>', 'only what belongs to races of this NZ date, YYYY-MM-DD', nzDate)
    .option('--race <id>', 'only what belongs to this race')
    .option('--csv-safe', 'put an apostrophe before texts that a spreadsheet would take for formulas')
    .option('--force', 'replace the file when it is there')
    .action(async (file: string, options: ExportCommandOptions) => {
      const { exportCommand } = await import('./export.ts');
      await exportCommand(file, options);
    });

  const schema = program
    .command('schema')
    .description('The Appwrite database that APPWRITE_ENDPOINT and the like name: its tables.');
  common(schema.command('plan'))
    .description('Tell what the database lacks, and estimate the rows of a month. Exit code 1 for conflicts.')
    .action(async (options: CommonOptions) => {
      const { schemaPlanCommand } = await import('./schema.ts');
      await schemaPlanCommand(options);
    });
  common(schema.command('push'))
    .description(
      'Add what the database lacks. Nothing is dropped or narrowed; it can be run again at any time.',
    )
    .action(async () => {
      const { schemaPushCommand } = await import('./schema.ts');
      await schemaPushCommand();
    });

  const letters = program
    .command('dead-letters')
    .description('Rows that a sink refused for good, with the reason.');
  common(letters.command('list'))
    .description('List them.')
    .option('--json', 'as one JSON array')
    .action(async (options: DeadLettersOptions) => {
      const { listDeadLetters } = await import('./dead-letters.ts');
      listDeadLetters(options);
    });
  common(letters.command('retry'))
    .description('Send the rows again, as the journal has them now. Exit code 1 when any is refused again.')
    .argument('[id...]', 'dead letters')
    .option('--all', 'all of them')
    .action(async (ids: string[], options: DeadLettersOptions) => {
      const { retryDeadLetters } = await import('./dead-letters.ts');
      await retryDeadLetters(ids, options);
    });
  common(letters.command('drop'))
    .description('Take them away; the rows stay in the journal.')
    .argument('[id...]', 'dead letters')
    .option('--all', 'all of them')
    .action(async (ids: string[], options: DeadLettersOptions) => {
      const { dropDeadLetters } = await import('./dead-letters.ts');
      dropDeadLetters(ids, options);
    });

  common(program.command('status'))
    .description('Tell how a journal stands. Exit code 1 when there is none.')
    .option('--json', 'as one JSON object')
    .option('--max-age <time>', 'exit code 1 when the newest poll is older than this, e.g. 35m', duration)
    .action(async (options: StatusOptions) => {
      const { statusCommand } = await import('./status.ts');
      statusCommand(options);
    });

  program
    .command('health')
    .description(
      'Exit code 1, with the reasons, when the recorder of this machine is not ready: for health checks.',
    )
    .option('--db <file>', 'the journal to look at where nothing is served (ODDSTREAM_HTTP=off)')
    .action(async (options: HealthOptions) => {
      const { healthCommand } = await import('./health.ts');
      await healthCommand(options);
    });

  common(program.command('repair'))
    .description('Rebuild a damaged journal from what can be read of it. The damaged one is kept.')
    .option('--from <recording...>', 'take what was lost from these recordings')
    .addOption(
      new Option('--source <source>', 'what it recorded, where it does not say so any more').choices([
        'tab',
        'recording',
      ]),
    )
    .option('--check', 'look for damage and change nothing, beside a recorder too; exit code 1 for any')
    .action(async (options: RepairOptions) => {
      const { repairCommand } = await import('./repair.ts');
      await repairCommand(options);
    });

  return program;
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

/** Returns the epoch milliseconds of an RFC 3339 time of this century. */
function instant(text: string): number {
  const millis = epochMillis(text);
  const day = text.slice(0, 10);
  const isOfCentury = millis >= Date.UTC(2000, 0, 2) && millis < Date.UTC(2099, 11, 31);
  // V8 reads 30 February as 2 March.
  if (isOfCentury && new Date(`${day}T00:00:00Z`).toISOString().startsWith(day)) return millis;
  throw new InvalidArgumentError('It must be a time from 2000 to 2099 with its zone: 2026-11-30T20:00:00Z.');
}

function httpAddress(text: string): HttpAddress {
  const address = parseHttpAddress(text);
  if (address !== null) return address;
  throw new InvalidArgumentError(httpForm);
}

function nzDate(text: string): string {
  if (/^\d{4}-\d{2}-\d{2}$/.test(text) && !Number.isNaN(Date.parse(text))) return text;
  throw new InvalidArgumentError('It must be a date such as 2026-02-28.');
}
