import { DatabaseSync } from 'node:sqlite';
import { setTimeout as wait } from 'node:timers/promises';
import fc from 'fast-check';
import { random } from '../../src/sources/simulator/random.ts';
import type { Random } from '../../src/sources/simulator/random.ts';
import { misbehaviours, retryAfterSeconds } from './feed-answers.ts';
import { openFeedProxy } from './feed-proxy.ts';
import type { FeedProxy } from './feed-proxy.ts';
import { anySequence } from './sequence.ts';
import { faultsOfSequence } from './sequence-run.ts';
import { openSequenceWorld } from './sequence-world.ts';
import { anyMutatedRace, faultsOf, sentOf } from './mutate-judge.ts';
import { recordedRaces, simulatedRaces } from './mutate-payloads.ts';
import { judged } from './network-judge.ts';
import type { Broken } from './network-judge.ts';
import type { Pace } from './network.ts';
import { endRecorder } from './network-recorder.ts';
import { rowOf } from './part.ts';
import type { FaultRow, Part } from './part.ts';
import { openStage } from './stage.ts';

const speed = 240;

const usual: Pace = { whiles: [400, 1_500], calms: [300, 1_000], isMeasured: true };
/** A computer that is slow may not ask in so short a while: it lasts until an answer was wrong, or so long. */
const longestMs = 200_000;
const whilesASeed = 6;
const mutatedPayloads = 100_000;

/** Long form: 3 seeds of every misbehaviour, 6 whiles each. */
export const feed: Part = async ({ seeds, tell }) => {
  const rows: FaultRow[] = [];
  const count = seeds ?? 3;
  for (const name of Object.keys(misbehaviours)) {
    const outcomes: Misbehaved[] = [];
    for (let seed = 1; seed <= count; seed++) {
      const outcome = await misbehaveOften(
        Array.from({ length: whilesASeed }, () => name),
        seed,
      );
      outcomes.push(outcome);
      tell(`feed: ${name}, seed ${seed}: ${outcome.met} of ${whilesASeed} met a write`);
    }
    const done = {
      name: `feed: ${name}`,
      injected: whilesASeed * count,
      met: outcomes.reduce((sum, { met }) => sum + met, 0),
      unknown: outcomes.filter(({ met }) => met === 0).length,
      problems: outcomes.flatMap(({ problems }, index) =>
        problems.map((line) => `seed ${index + 1}: ${line}`),
      ),
    };
    rows.push(
      rowOf(
        done,
        outcomes.map(({ findings }) => findings),
      ),
    );
  }
  return rows;
};

/** Long form: 100,000 payloads with changes, 4,000 a seed, by the parser and the diff, and as many by the actor of a race. */
export const payloads: Part = ({ seeds, tell }) =>
  Promise.resolve([mutatedRow(seeds ?? Infinity, tell), sequenceRow(seeds ?? Infinity, tell)]);

export interface Misbehaved extends Broken {
  /** Responses in quarantine. */
  readonly quarantined: number;
}

/** Runs a recorder on a feed that misbehaves as named, one while after the other, and judges what is recorded. */
export async function misbehaveOften(
  names: readonly string[],
  seed: number,
  pace = usual,
): Promise<Misbehaved> {
  const stage = await openStage({ seed, speed, appwrite: false });
  const proxy = await openFeedProxy(stage.feedUrl, (body) => {
    const [, time] = /"generated_time":"([^"]+)"/.exec(body) ?? [];
    if (time !== undefined) stage.unheard.add(new Date(time).toISOString());
  });
  try {
    const chance = random(seed, 'feed');
    const recorder = stage.run({ feedUrl: proxy.url });
    await recorder.says('"import.finished"');
    let met = 0;
    const problems: string[] = [];
    for (const name of names) {
      await wait(chance.between(...pace.calms));
      const before = proxy.changed;
      const told = await misbehaveFor(chance.between(...pace.whiles), proxy, name, chance);
      if (pace.isMeasured) problems.push(...told);
      if (proxy.changed > before) met++;
    }
    await wait(pace.calms[1]);
    problems.push(...(await endRecorder(recorder, pace.isMeasured)));
    const quarantined = countQuarantined(stage.db);
    return { met, quarantined, ...(await judged(stage, problems)) };
  } finally {
    await proxy.close();
    await stage.close();
  }
}

async function misbehaveFor(
  forMs: number,
  proxy: FeedProxy,
  name: string,
  chance: Random,
): Promise<string[]> {
  const how = misbehaviours[name];
  if (how === undefined) throw new Error(`No feed misbehaves by "${name}".`);
  const from = proxy.asked.length;
  const [changed, began] = [proxy.changed, Date.now()];
  proxy.misbehave(how(chance));
  await wait(forMs);
  while (proxy.changed === changed && Date.now() - began < longestMs) await wait(20);
  proxy.misbehave(null);
  return name === '429 with Retry-After' ? notLeftAlone(proxy.asked.slice(from)) : [];
}

/** Requests that came although the host had asked to be left alone; those under way then are none of them. */
function notLeftAlone(asked: readonly number[]): string[] {
  const [first] = asked;
  if (first === undefined) return [];
  const after = asked.map((at) => at - first).filter((ms) => ms > underWayMs);
  const early = after.filter((ms) => ms < (retryAfterSeconds * 1_000) / speed);
  return early.map(
    (ms) =>
      `asked again ${ms} ms after it was asked to wait ${retryAfterSeconds} s at ${speed} times the speed`,
  );
}

const underWayMs = 150;

function countQuarantined(file: string): number {
  const db = new DatabaseSync(file, { readOnly: true });
  try {
    return Number(db.prepare('SELECT count(*) AS n FROM quarantine').get()?.n);
  } finally {
    db.close();
  }
}

/** The parser and the diff, in this process. */
function mutatedRow(seeds: number, tell: (line: string) => void): FaultRow {
  const races = [...simulatedRaces(40), ...recordedRaces()];
  const tally = { payloads: 0, quarantined: 0, taken: 0 };
  const problems: string[] = [];
  for (let seed = 1; seed <= seeds && tally.payloads < mutatedPayloads; seed++) {
    for (const one of fc.sample(anyMutatedRace, { numRuns: 1_000, seed })) {
      const found = faultsOf(sentOf(races, one), tally);
      problems.push(...found.slice(0, 1).map((line) => `seed ${seed}: ${line} (${JSON.stringify(one)})`));
    }
    tell(
      `payloads with changes: ${tally.taken} taken, ${tally.quarantined} in quarantine, ${problems.length} problems`,
    );
  }
  const done = {
    name: 'payloads with changes',
    injected: tally.payloads,
    met: tally.payloads,
    unknown: 0,
    problems,
  };
  return rowOf(done, []);
}

const sequencesASeed = 250;

/** The actor of a race on virtual time, with the client's reading of responses and a journal: guarantee 1. */
function sequenceRow(seeds: number, tell: (line: string) => void): FaultRow {
  const world = openSequenceWorld([...simulatedRaces(12), ...recordedRaces(12)]);
  const { tally } = world;
  const problems: string[] = [];
  try {
    for (let seed = 1; seed <= seeds && tally.served < mutatedPayloads; seed++) {
      const sequences = fc.sample(anySequence(2, 40), { numRuns: sequencesASeed, seed });
      for (const [index, sequence] of sequences.entries()) {
        const found = faultsOfSequence(`race-${seed}-${index}`, sequence, world);
        problems.push(
          ...found.slice(0, 1).map((line) => `seed ${seed}: ${line} (${JSON.stringify(sequence)})`),
        );
      }
      const refused = [...tally.refused].map(([reason, count]) => `${count} ${reason}`).join(', ');
      tell(
        `payloads one after the other: ${tally.served} served, ${tally.taken} taken, ${refused}, ${problems.length} problems`,
      );
    }
  } finally {
    world.close();
  }
  const done = {
    name: 'payloads one after the other',
    injected: tally.served,
    met: tally.served,
    unknown: 0,
    problems,
  };
  return rowOf(done, []);
}
