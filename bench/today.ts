import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { tables } from '../src/domain/tables.ts';
import { createWorld } from '../src/sources/simulator/world.ts';
import { fetchLedger } from '../test/support/judge.ts';
import { temporaryDirectory } from '../test/support/process.ts';
import { simulatorProcess, standInProcess } from '../test/support/sink-processes.ts';
import { makeSchema } from '../test/support/sink.ts';
import type { Bench, Goal, Line } from './line.ts';
import { ofPairs } from './pairs.ts';
import { cpuSeconds, endProcess, pathOf } from './processes.ts';
import { fromAppwrite, fromJournal, fromPayloads } from './yardsticks/records.ts';
import { inAppwrite, inFile } from './yardsticks/stored.ts';
import type { Stored } from './yardsticks/stored.ts';
import { fixedWinChanges, found, toteChanges } from './yardsticks/truth.ts';
import type { Recorded, TrueChange } from './yardsticks/truth.ts';

/** Afternoon in New Zealand: some five races an hour. */
const date = '2026-02-28';
const from = Date.parse(`${date}T03:00:00Z`);
const simulation = { from: new Date(from).toISOString(), seed: 5, races: 120, speed: 60 };
const minute = 60_000;
/** Simulated time in which everybody looks at each race once, if he can. */
const settleMs = 3 * minute;
const runMs = 50 * minute;
const nearMs = 5 * minute;

/** What a recorder took, and has in the end. */
interface Result extends Stored {
  readonly cpu: number;
  readonly records: readonly Recorded[];
}

/** What the source had of the races that jumped meanwhile. */
interface Truths {
  readonly fixedWin: readonly TrueChange[];
  readonly tote: readonly TrueChange[];
}

/** Against two pollers as they are written today, all three on one simulated feed at the same time. */
export const today: Bench = { name: 'today', run: compareWithToday };

async function compareWithToday(): Promise<Line[]> {
  if (process.platform !== 'linux') {
    console.error('today: a process of another kind tells its CPU time on Linux only; no lines here.');
    return [];
  }
  const directory = temporaryDirectory();
  const file = (name: string): string => join(directory.path, name);
  const [ourStore, theirStore] = await Promise.all([standInProcess(), standInProcess()]);
  const children: ChildProcess[] = [];
  const simulator = await simulatorProcess(simulation);
  try {
    for (const store of [ourStore, theirStore]) await makeSchema(store.connect());
    const run = ['run', '--simulator', simulator.url, '--db', file('ours.db'), '--no-http'];
    const poller = (script: string): string[] => [pathOf(`yardsticks/${script}`), simulator.url, date];
    children.push(
      start([pathOf('../bin/oddstream.js'), ...run], ourStore.env),
      start(poller('row-by-row.ts'), theirStore.env),
      start([...poller('store-payloads.ts'), file('payloads.db')]),
    );
    await wait(runMs / simulation.speed);
    const [ourCpu = NaN, rowByRowCpu = NaN, payloadsCpu = NaN] = children.map(cpuOf);
    const truths = await truthsOf(simulator.url);
    // Ours drains: what it has is to be in Appwrite. The others have nothing that waits.
    await Promise.all(children.map((child, index) => endProcess(child, index === 0 ? 'SIGTERM' : 'SIGKILL')));

    const journal = inFile(file('ours.db'), 'polls', Object.keys(tables));
    const ours = { cpu: ourCpu, records: fromJournal(file('ours.db')) };
    const rowByRow: Result = {
      ...(await inAppwrite(theirStore)),
      ...{ cpu: rowByRowCpu, records: fromAppwrite(await theirStore.rows('odds_history')) },
    };
    const payloads: Result = {
      ...inFile(file('payloads.db'), 'payloads', ['payloads']),
      ...{ cpu: payloadsCpu, records: fromPayloads(file('payloads.db')) },
    };
    return [
      ...linesAgainst('row by row', { ...ours, ...(await inAppwrite(ourStore)) }, rowByRow, truths),
      ...linesAgainst('payloads in full', { ...ours, ...journal }, payloads, truths),
    ];
  } finally {
    for (const child of children) await endProcess(child);
    await Promise.all([simulator.stop(), ourStore.stop(), theirStore.stop()]);
    directory.remove();
  }
}

function start(args: readonly string[], env: NodeJS.ProcessEnv = {}): ChildProcess {
  return spawn(process.execPath, args, {
    env: { PATH: process.env.PATH, ...env },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
}

/** A recorder that has ended would look like one that costs little. */
function cpuOf(child: ChildProcess): number {
  if (child.exitCode !== null) throw new Error(`${child.spawnargs.join(' ')} ended with ${child.exitCode}.`);
  return cpuSeconds(child.pid ?? 0);
}

/** Changes until the jump of the races that jumped in the time that counts. */
async function truthsOf(url: string): Promise<Truths> {
  const world = createWorld(simulation.seed, simulation.races);
  const [first, last] = [from + settleMs, from + runMs];
  const changes = (await fetchLedger(url)).map((ledger) => {
    const jump = world.race(ledger.race_id)?.card.timetable.closed ?? NaN;
    if (!(jump > first && jump < last)) return { fixedWin: [], tote: [] };
    return {
      fixedWin: fixedWinChanges(ledger, first, jump),
      tote: toteChanges(world, ledger.race_id, Math.max(first, jump - nearMs), jump),
    };
  });
  return {
    fixedWin: changes.flatMap(({ fixedWin }) => fixedWin),
    tote: changes.flatMap(({ tote }) => tote),
  };
}

function linesAgainst(against: string, ours: Result, theirs: Result, truths: Truths): Line[] {
  const line = (what: string, unit: string, of: (result: Result) => number, goal: Goal | null = null): Line =>
    ofPairs({ what, against, unit, goal }, [{ ours: of(ours), yardstick: of(theirs) }]);
  const near = truths.fixedWin.filter(({ toJump }) => toJump < nearMs);
  const share = (what: string, truth: readonly TrueChange[]): Line => ({
    ...line(what, '%', ({ records }) => found(truth, records).share * 100, { atLeast: 1 }),
    n: truth.length,
  });
  const delay = (what: string, truth: readonly TrueChange[]): Line => ({
    ...line(what, 's', ({ records }) => found(truth, records).delayMs / 1000),
    n: truth.length,
  });
  return [
    line('time of the processor', 'CPU s', ({ cpu }) => cpu),
    line('requests to the store', 'requests', ({ requests }) => requests),
    line('rows written', 'rows', ({ rows }) => rows),
    line('bytes stored', 'bytes', ({ bytes }) => bytes),
    share('fixed-win changes recorded', truths.fixedWin),
    share('tote changes of the last 5 min recorded', truths.tote),
    delay('from a fixed-win change of the last 5 min to its record', near),
  ];
}
