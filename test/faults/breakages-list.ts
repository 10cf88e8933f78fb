import type { SourceChange } from '../support/changed-sources.ts';
import type { Classes } from './part.ts';

/** A guarantee (docs/architecture.md, docs/faults.md) broken on purpose. */
export interface Breakage {
  readonly name: string;
  readonly change: SourceChange;
  /** How it comes to light. */
  readonly by: Provocation;
  /** The class in which the judge must find it, and what one of its lines must match. */
  readonly finds: keyof Classes;
  readonly line: RegExp;
  /** Whether it is applied in the short form too. */
  readonly inShort?: true;
}

/**
 * `work`, `busyWork`: a recorder that works for a while and is stopped; `commits`: its commits fail now and then; `answers`: the
 * feed fails now and then; the others are kills, see `kill.ts`.
 */
export type Provocation =
  | 'work'
  | 'busyWork'
  | 'commits'
  | 'answers'
  | 'halfFirstCommit'
  | 'beforeFirstCommit'
  | 'afterFirstCommit'
  | 'sent'
  | 'done'
  | 'doneOften';

export const breakageList: readonly Breakage[] = [
  {
    name: 'the baseline moves though the commit failed',
    change: {
      file: 'src/streams/race-taking.ts',
      from: "return afterFailedPoll(before, outcome, { reason: 'journal', detail, body: null }, rules);",
      to: 'return step;',
    },
    by: 'commits',
    finds: 'lost',
    line: / response /,
    inShort: true,
  },
  {
    name: 'a wrong price is recorded',
    change: {
      file: 'src/domain/diff-odds.ts',
      from: '    odds,\n    previous_odds: previous,',
      to: '    odds: odds === null ? null : odds + 0.01,\n    previous_odds: previous,',
    },
    by: 'work',
    finds: 'untrue',
    line: / pool_win /,
    inShort: true,
  },
  {
    name: 'only the newest dated price is recorded',
    change: {
      file: 'src/domain/odds.ts',
      from: '.toSorted((a, b) => a.at - b.at || a.place - b.place);',
      to: '.toSorted((a, b) => a.at - b.at || a.place - b.place).slice(-1);',
    },
    by: 'busyWork',
    finds: 'lost',
    line: / price \S+ set at /,
  },
  {
    name: 'current rows stay as they were first',
    change: {
      file: 'src/journal/changes.ts',
      from: "table.kind === 'history' ? 'NOTHING' : replacement(table, names)",
      to: "'NOTHING'",
    },
    by: 'work',
    finds: 'stale',
    line: / pool_(win|place)$/,
    inShort: true,
  },
  {
    name: 'gaps are not written',
    change: {
      file: 'src/streams/race-step.ts',
      from: "return gaps.map((row) => ({ table: 'gaps', row }));",
      to: 'return gaps.slice(gaps.length).map((row) => ({ table: "gaps", row }));',
    },
    by: 'commits',
    finds: 'lost',
    line: / response /,
  },
  {
    name: 'a crash leaves no gap',
    change: {
      file: 'src/journal/interruption.ts',
      from: 'return liveRaces(this.#prepare)',
      to: 'return liveRaces(this.#prepare).slice(0, 0)',
    },
    by: 'beforeFirstCommit',
    finds: 'lost',
    line: / response /,
    inShort: true,
  },
  {
    name: 'a poll is not committed in one transaction',
    change: {
      file: 'src/journal/writer.ts',
      from: "this.#prepare('BEGIN IMMEDIATE').run();\n    try {\n      const result = writes();\n      this.#guard.before();\n      this.#prepare('COMMIT').run();",
      to: 'try {\n      const result = writes();',
    },
    by: 'halfFirstCommit',
    finds: 'untrue',
    line: / at /,
    inShort: true,
  },
  {
    name: 'rows are written twice, under ids of chance',
    change: {
      file: 'src/journal/writer.ts',
      from: 'for (const { sql, values } of writes) {',
      to: `const again = writes.map(({ sql, values }) => ({ sql, values: values.map((value) =>
        typeof value === 'string' && /^[0-9a-f]{32}$/.test(value) ? crypto.randomUUID().replaceAll('-', '') : value) }));
      for (const { sql, values } of [...writes, ...again]) {`,
    },
    by: 'work',
    finds: 'duplicated',
    line: /\|pool_win$/,
    inShort: true,
  },
  {
    name: 'what is recorded of the pools is not read back',
    change: {
      file: 'src/journal/baseline.ts',
      from: 'pools: poolStates(read, raceId),',
      to: 'pools: new Map(poolStates(read, raceId).entries().take(0)),',
    },
    by: 'afterFirstCommit',
    finds: 'duplicated',
    line: /^pool_history .* repeats /,
  },
  {
    name: 'the cursor moves before the answer',
    change: {
      file: 'src/sinks/appwrite/rounds.ts',
      from: 'const settled$ = delivered$.pipe(',
      to: 'followed.acknowledge(part, page.end, [], this.#now());\n    const settled$ = delivered$.pipe(',
    },
    by: 'sent',
    finds: 'lost',
    line: /^Appwrite: .* is not there$/,
    inShort: true,
  },
  {
    name: 'rows are delivered under ids of chance',
    change: {
      file: 'src/sinks/appwrite/encode.ts',
      from: '= { $id: key };',
      to: "= { $id: crypto.randomUUID().replaceAll('-', '') };",
    },
    by: 'done',
    finds: 'untrue',
    line: /^Appwrite: .* is not in the journal$/,
  },
  {
    name: 'a changed row takes no new number, so that it is not delivered',
    change: {
      file: 'src/journal/changes.ts',
      from: "const set = names.map((name) => `${name} = excluded.${name}`).join(', ');",
      to: "const set = names.slice(1).map((name) => `${name} = excluded.${name}`).join(', ');",
    },
    by: 'doneOften',
    finds: 'stale',
    line: /^Appwrite: (entrants|races|gaps)\./,
  },
  {
    name: 'what cannot be used is thrown away',
    change: {
      file: 'src/streams/race-taking.ts',
      from: 'if (failure?.body == null) return;',
      to: 'if (failure?.body == null || context) return;',
    },
    by: 'answers',
    finds: 'lost',
    line: / not in quarantine$/,
  },
];
