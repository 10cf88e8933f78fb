import { copyFileSync, existsSync, mkdtempSync } from 'node:fs';
import { join } from 'node:path';
import { oddstream, temporaryDirectory } from '../support/process.ts';
import type { FaultRow, Part, PartOptions } from './part.ts';
import { boundaryDamages, seededDamages } from './storage-damages.ts';
import { sampleJournal } from './storage-journal.ts';
import { diskFault, failingWrites, fullDisk, noPermission } from './storage-live.ts';
import { Victim, applyDamage } from './storage-trial.ts';
import type { Damage } from './storage-trial.ts';

/** Flipped bits at seeded places of each file, for each seed; and those that the real command is tried with. */
const seededFlips = 1_000;
const realTrials = 50;

/**
 * Journals that were damaged at rest, and disks that fail under a recorder. Long form: 1 seed of every boundary and
 * of 1,000 places in each file, 50 of them with the real command, and each of the disk's faults.
 */
export const storage: Part = async (options) => {
  const directory = temporaryDirectory();
  const rows: FaultRow[] = [];
  try {
    const sample = await sampleJournal(directory.path, 2, 8);
    const work = join(directory.path, 'work');
    for (const [name, file] of [
      ['after a clean stop', sample.closed],
      ['after a kill', sample.killed],
    ] as const) {
      const victim = new Victim(file, work);
      for (const part of ['', '-wal'] as const) {
        if (victim.sizes[part] === 0) continue;
        rows.push(atRest(`storage: ${part === '' ? 'file' : 'log'} damaged ${name}`, victim, part, options));
      }
    }
    rows.push(await realProcess(new Victim(sample.killed, work), directory.path, options));
  } finally {
    directory.remove();
  }
  for (const fault of [fullDisk, failingWrites, noPermission]) {
    for (let seed = 1; seed <= (options.seeds ?? 1); seed++) {
      const row = await diskFault(fault, seed);
      if (typeof row === 'string') options.tell(`storage: ${fault.name} is left out: ${row}`);
      else rows.push(row);
    }
  }
  return rows;
};

function atRest(name: string, victim: Victim, part: Damage['part'], { seeds, tell }: PartOptions): FaultRow {
  const damages = boundaryDamages(victim, part);
  for (let seed = 1; seed <= (seeds ?? 1); seed++)
    damages.push(...seededDamages(victim, part, seed, seededFlips));
  const counts = { met: 0, lost: 0, untrue: 0, unseen: 0 };
  const problems: string[] = [];
  for (const damage of damages) {
    const trial = victim.attempt(damage);
    if (trial.outcome === 'repaired' || part === '-wal') counts.met++;
    counts.lost += trial.lost.length;
    counts.untrue += trial.untrue.length;
    if (trial.unseen) counts.unseen++;
    const wrong = [...trial.problems, ...trial.lost.slice(0, 1), ...trial.untrue.slice(0, 1)];
    problems.push(...wrong.map((line) => `${JSON.stringify(damage)}: ${line}`));
  }
  tell(
    `${name}: ${damages.length} damages, ${counts.met} of them seen; ` +
      `${counts.unseen} changed a value that no id covers, which nothing tells`,
  );
  const { met, lost, untrue } = counts;
  return {
    name,
    seeds: seeds ?? 1,
    injected: damages.length,
    met,
    lost,
    duplicated: 0,
    untrue,
    stale: 0,
    unknown: 0,
    problems,
  };
}

/** Milliseconds in which the command has to have refused, repaired or looked at a small journal. */
const patienceMs = 60_000;

/** The real command starts on the journal or refuses it with one sentence, and repairs it then. */
async function realProcess(victim: Victim, directory: string, { tell }: PartOptions): Promise<FaultRow> {
  const all = [...boundaryDamages(victim, ''), ...boundaryDamages(victim, '-wal')];
  const damages = Array.from(
    { length: realTrials },
    (_, index) => all[Math.floor((index * all.length) / realTrials)],
  );
  const problems: string[] = [];
  let refused = 0;
  for (const damage of damages.filter((one) => one !== undefined)) {
    const file = join(mkdtempSync(join(directory, 'real-')), 'j.db');
    for (const part of ['', '-wal', '-lock']) {
      if (existsSync(`${victim.file}${part}`)) copyFileSync(`${victim.file}${part}`, `${file}${part}`);
    }
    applyDamage(file, damage);
    const startedAt = Date.now();
    const found = await realTrial(file);
    if (Date.now() - startedAt > patienceMs) found.problems.push('it took more than a minute');
    if (found.refused) refused++;
    problems.push(...found.problems.map((line) => `${JSON.stringify(damage)}: ${line}`));
  }
  tell(`storage: real command: ${refused} of ${damages.length} damages were refused`);
  const none = { lost: 0, duplicated: 0, untrue: 0, stale: 0, unknown: 0 };
  return {
    name: 'storage: real command',
    seeds: 1,
    injected: damages.length,
    met: refused,
    ...none,
    problems,
  };
}

async function realTrial(file: string): Promise<{ refused: boolean; problems: string[] }> {
  const run = () => oddstream(['run', '--db', file, '--no-http', '--duration', '1s', '--log-level', 'fatal']);
  const first = await run();
  if (first.code === 0) return { refused: false, problems: [] };
  const problems: string[] = [];
  if (!/^oddstream: [^\n]+\.\n$/.test(first.stderr) || !first.stderr.includes(file)) {
    problems.push(`told as: ${first.stderr}`);
  }
  const repair = await oddstream(['repair', '--db', file]);
  if (repair.stderr.includes('--source')) return { refused: true, problems };
  if (repair.code !== 0) return { refused: true, problems: [...problems, `not repaired: ${repair.stderr}`] };
  const second = await run();
  if (second.code !== 0) problems.push(`refused after its repair: ${second.stderr}`);
  return { refused: true, problems };
}
