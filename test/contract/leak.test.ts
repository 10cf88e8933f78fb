import { writeFileSync } from 'node:fs';
import { mkdir, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { filesOf, left, printed } from '../support/leak-artefacts.ts';
import type { Artefact } from '../support/leak-marks.ts';
import { marks, search, settingsOf, spellingsOf, tabMarks } from '../support/leak-marks.ts';
import { elsewhereServer, failingAppwrite, falseTlsServer, leakServer } from '../support/leak-server.ts';
import { oddstream, root, start, temporaryDirectory } from '../support/process.ts';
import type { Ended, Running } from '../support/process.ts';

/*
 * The real service with marked credentials, against servers that fail in every way and echo the credentials. Nothing
 * that it leaves behind may hold them: not its output, not its journal, recordings and exports, not a crash.
 */

const directory = temporaryDirectory();
const elsewhere = await elsewhereServer();
const appwrite = await failingAppwrite(elsewhere.url);
const stops: (() => void)[] = [elsewhere.stop, appwrite.stop];
const patience = { timeout: 500_000, interval: 50 };

afterAll(() => {
  for (const stop of stops) stop();
  directory.remove();
});

const preload = (name: string): string => `--import=${pathToFileURL(join(root, 'test/support', name)).href}`;

const environment = {
  ODDSTREAM_REQUESTS_PER_SECOND: '1000',
  ODDSTREAM_REQUESTS_IN_FLIGHT: '16',
  NODE_DEBUG: 'undici',
  NODE_OPTIONS: `${preload('leak-without.ts')} ${preload('leak-crash.ts')}`,
};

interface Scenario {
  readonly name: string;
  /** Where the servers are, and the credentials. */
  readonly env: Readonly<Record<string, string>>;
  /** How it ends: it is told to stop when left out. */
  readonly crash?: 'exception' | 'rejection';
  /** Guard that is taken out. */
  readonly without?: string;
  /** Resolves when it has met what it is to meet. */
  readonly until: (service: Running) => Promise<unknown>;
}

interface Outcome extends Ended {
  readonly directory: string;
  readonly artefacts: readonly Artefact[];
}

/** A recorder with everything on, from its start to its end. */
async function record({ name, env, crash, without, until }: Scenario): Promise<Outcome> {
  const own = join(directory.path, name.replaceAll(' ', '-'));
  await mkdir(own);
  const args = ['--db', join(own, 'journal.db'), '--record', join(own, 'kept'), '--log-level', 'trace'];
  const service = start(['run', ...args], {
    cwd: own,
    env: { ...environment, ...env, LEAK_CRASH: crash, LEAK_WITHOUT: without },
  });
  await until(service);
  service.child.kill(crash === undefined ? 'SIGTERM' : 'SIGUSR2');
  const ended = await service.ended;
  return { ...ended, directory: own, artefacts: [...printed('run', ended), ...left(own)] };
}

/** Settings for an Appwrite that takes no row, but for the key. */
const appwriteSettings = {
  APPWRITE_ENDPOINT: `${appwrite.url}/v1`,
  APPWRITE_PROJECT_ID: 'project',
  APPWRITE_DATABASE_ID: 'database',
  APPWRITE_LINGER: '0',
};

function placesOf(artefacts: readonly Artefact[]): string[] {
  return [...new Set(search(artefacts).map(({ place }) => place))];
}

describe('the search', () => {
  it.each([...spellingsOf(tabMarks[0].value)])('finds a credential as %s', (_, text) => {
    expect(search([{ place: 'here', bytes: Buffer.from(`before ${text} after`) }])).not.toEqual([]);
  });

  it('finds a part of one, and nothing where nothing is', () => {
    expect(search([{ place: 'here', bytes: Buffer.from(`before${tabMarks[1].core}`) }])).not.toEqual([]);
    expect(search([{ place: 'here', bytes: Buffer.from('[redacted] & [redacted]') }])).toEqual([]);
  });
});

let failing: Outcome;
let failingHeaders: string[][];
let afterwards: readonly Artefact[];
let falseTls: Outcome;
let falseTlsTold: Buffer;
let commands: readonly Artefact[];
const guardless = new Map<string, Outcome>();

/** The feed fails in every way, then nothing listens any more, then an exception is thrown that nobody catches. */
async function runFailing(): Promise<void> {
  const server = await leakServer(elsewhere.url);
  stops.push(server.stop);
  const until = async (service: Running): Promise<void> => {
    await vi.waitFor(() => {
      expect(server.missing()).toEqual([]);
    }, patience);
    for (const detail of ['ends early', 'larger than 2 MB.', 'larger than 2 MB when']) {
      await service.says(detail);
    }
    await service.says('sink.dead_letter');
    server.stop();
    await service.says('ECONNREFUSED');
  };
  const env = { ...settingsOf(marks), ...appwriteSettings, TAB_BASE_URL: server.url };
  failing = await record({ name: 'failing', env, crash: 'exception', until });
  failingHeaders = server.requests.map(({ rawHeaders }) => rawHeaders);
  const letters = ['dead-letters', 'list', '--db', join(failing.directory, 'journal.db')];
  afterwards = [
    ...printed('dead-letters', await oddstream(letters, { env: { ...environment, ...env } })),
    ...printed('schema', await oddstream(['schema', 'plan'], { env: { ...environment, ...env } })),
  ];
}

/** Credentials come from files, TLS is none or false, and a rejection is handled by nobody. */
async function runFalseTls(): Promise<void> {
  const server = await falseTlsServer();
  stops.push(server.stop);
  const files = tabMarks.map(({ name, value }) => {
    const file = join(directory.path, name);
    writeFileSync(file, `${value}\n`);
    return [`${name}_FILE`, file] as const;
  });
  const until = async (service: Running): Promise<void> => {
    await service.says('ERR_SSL_');
    await service.says('DEPTH_ZERO_SELF_SIGNED_CERT');
  };
  const env = { ...Object.fromEntries(files), TAB_BASE_URL: server.url };
  falseTls = await record({ name: 'tls', env, crash: 'rejection', until });
  falseTlsTold = server.told();
}

async function runCommands(): Promise<void> {
  const server = await leakServer(elsewhere.url, ['good', 'telltale']);
  stops.push(server.stop);
  const own = join(directory.path, 'commands');
  await mkdir(own);
  const env = { ...environment, ...settingsOf(tabMarks), TAB_BASE_URL: server.url };
  const run = async (...args: string[]): Promise<Artefact[]> => {
    const ended = await oddstream([...args, '--db', join(own, 'j.db'), '--log-level', 'trace'], { env });
    return printed(args.join(' '), ended);
  };
  const imported = await run('import');
  const others = await Promise.all([
    run('status', '--json'),
    run('verify'),
    run('export', '--format', 'ndjson', '--table', 'races', '-'),
    run('export', '--format', 'csv', '--table', 'entrants', join(own, 'entrants.csv')),
  ]);
  commands = [...imported, ...others.flat(), ...left(own)];
}

async function runWithout(guard: string): Promise<void> {
  const server = await leakServer(elsewhere.url, ['telltale', 'html']);
  stops.push(server.stop);
  const until = async (service: Running): Promise<void> => {
    await service.says('poll.changed');
    await service.says('poll.quarantined');
  };
  const env = { ...settingsOf(tabMarks), TAB_BASE_URL: server.url };
  const outcome = await record({ name: `without ${guard}`, env, crash: 'exception', without: guard, until });
  guardless.set(guard, outcome);
}

beforeAll(async () => {
  const guards = ['mask of data', 'mask of quarantine', 'redact', 'crash door'];
  await Promise.all([runFailing(), runFalseTls(), runCommands(), ...guards.map(runWithout)]);
});

describe('a service whose feed fails in every way, until an exception that nobody caught', () => {
  it('has met them all', () => {
    const faults = ['network', 'rate_limited', 'not_found', 'refused', 'server_error', 'malformed'];
    const events = [
      'listing.failed',
      'import.meetings_failed',
      'race.unknown_status',
      'poll.changed',
      'sink.read_back_failed',
      'sink.dead_letter',
    ];
    const details = [
      'ECONNRESET',
      'ECONNREFUSED',
      'not valid gzip',
      'not UTF-8',
      'entrant twice',
      'another race',
    ];
    const expected = [
      ...faults.map((fault) => `"reason":"${fault}"`),
      ...events.map((event) => `"event":"${event}"`),
      ...details,
    ];
    expect(expected.filter((part) => !failing.stdout.includes(part))).toEqual([]);
  });

  it('leaves no credential anywhere', () => {
    expect(search(failing.artefacts)).toEqual([]);
  });

  it('leaves what was looked for: rows, bodies in quarantine, recordings, a crash', () => {
    const shown = failing.artefacts.filter(({ bytes }) => bytes.includes('[redacted]'));
    const places = shown.map(({ place }) => basename(place).replace(/\.\d+T\d+Z/, ''));
    for (const table of [
      'meetings',
      'races',
      'entrants',
      'bets',
      'form',
      'race_results',
      'quarantine',
      'dead_letters',
    ]) {
      expect(places).toContain(`journal.db ${table}`);
    }
    expect(places).toContain('telltale.jsonl.zst decompressed');
    expect(places).toContain('run stderr');
    expect(failing.stderr).toContain('oddstream failed by a fault of its own: AggregateError');
    expect(failing.code).toBe(1);
  });

  it('sends the three headers with every request, exactly and once', () => {
    expect(failingHeaders.length).toBeGreaterThan(40);
    for (const raw of failingHeaders) {
      const names = raw.filter((_, index) => index % 2 === 0).map((name) => name.toLowerCase());
      const valuesOf = (name: string) =>
        names.flatMap((other, index) => (other === name ? [raw[2 * index + 1]] : []));
      expect(['from', 'x-partner', 'x-partner-id'].map(valuesOf)).toEqual(
        tabMarks.map(({ value }) => [value]),
      );
    }
  });

  it('gives each credential to its own host alone', () => {
    const sent = (place: string, headers: readonly string[][]): Artefact => ({
      place,
      bytes: Buffer.from(headers.flat().join('\n')),
    });
    const given = search([
      sent('feed', failingHeaders),
      sent(
        'Appwrite',
        appwrite.requests.map(({ rawHeaders }) => rawHeaders),
      ),
    ]);
    const hosts = new Set(given.map(({ place, name }) => `${place}: ${name}`));
    expect([...hosts]).toEqual([
      'feed: TAB_FROM',
      'feed: TAB_PARTNER',
      'feed: TAB_PARTNER_ID',
      'Appwrite: APPWRITE_API_KEY',
    ]);
  });

  it('asks nothing of another host', () => {
    expect(elsewhere.requests).toHaveLength(0);
    const hosts = [...failing.stderr.matchAll(/connecting to ([\w.:]+)/g)].map(([, host]) => host);
    // The feed's and Appwrite's.
    expect(new Set(hosts).size).toBe(2);
  });

  it('leaves its files to their owner alone', async () => {
    const files = filesOf(failing.directory);
    expect(files.length).toBeGreaterThan(20);
    for (const file of files) expect([file, (await stat(file)).mode & 0o777]).toEqual([file, 0o600]);
    expect((await stat(join(failing.directory, 'kept'))).mode & 0o777).toBe(0o700);
  });
});

describe('a service that meets false TLS, until a rejection that nobody handled', () => {
  it('leaves no credential anywhere', () => {
    expect(search(falseTls.artefacts)).toEqual([]);
    expect(falseTls.stderr).toContain('oddstream failed by a fault of its own: AggregateError: [redacted]');
    expect(falseTls.code).toBe(1);
  });

  it('tells the other side nothing', () => {
    expect(falseTlsTold.length).toBeGreaterThan(0);
    expect(falseTlsTold.includes('GET')).toBe(false);
    expect(search([{ place: 'wire', bytes: falseTlsTold }])).toEqual([]);
  });
});

describe('the other commands', () => {
  it('leave no credential anywhere', () => {
    expect(search([...commands, ...afterwards])).toEqual([]);
  });

  it('show what was looked for', () => {
    const shown = commands.filter(({ bytes }) => bytes.includes('[redacted]')).map(({ place }) => place);
    expect(shown).toContain('import stdout');
    const told = afterwards.filter(({ bytes }) => bytes.includes('[redacted]')).map(({ place }) => place);
    expect(told).toEqual(['dead-letters stdout', 'schema stderr']);
    expect(shown).toContain('status --json stdout');
    expect(shown).toContain('export --format ndjson --table races - stdout');
    expect(shown).toContain(join(directory.path, 'commands/entrants.csv'));
    const verified = commands.find(({ place }) => place === 'verify stdout');
    expect(String(verified?.bytes)).toContain('verify.finished');
  });

  it('refuse wrong settings without a credential, even one that stands where another setting should', async () => {
    const [from, partner, id] = tabMarks;
    const env = {
      TAB_FROM: from.value,
      TAB_PARTNER: `${partner.value}\u0100`,
      // The credential in place of its file.
      TAB_PARTNER_ID_FILE: id.value,
      TAB_BASE_URL: `https://${from.core}:${partner.core}@127.0.0.1`,
      ODDSTREAM_COUNTRIES: from.value,
      ODDSTREAM_CADENCE: from.value,
    };
    const ended = await oddstream(['run'], { cwd: directory.path, env });
    expect(ended.code).toBe(2);
    const lines = ended.stderr.trim().split('\n');
    for (const name of ['TAB_PARTNER_ID_FILE', 'TAB_BASE_URL', 'ODDSTREAM_COUNTRIES', 'ODDSTREAM_CADENCE']) {
      expect(lines.filter((line) => line.startsWith(`oddstream: ${name}`))).toHaveLength(1);
    }
    expect(search(printed('run', ended))).toEqual([]);
  });
});

describe('with a guard taken out, the same search finds credentials', () => {
  it.each([
    ['mask of data', ['db races', 'db entrants', 'db form', 'zst decompressed']],
    ['mask of quarantine', ['db quarantine']],
    ['redact', ['run stderr']],
    ['crash door', ['run stderr']],
  ])('%s: in %j', (guard, where) => {
    const places = placesOf(guardless.get(guard)?.artefacts ?? []);
    for (const end of where) expect(places.filter((place) => place.endsWith(end))).not.toEqual([]);
  });
});
