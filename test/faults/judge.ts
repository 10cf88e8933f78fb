import { DatabaseSync } from 'node:sqlite';
import { tables } from '../../src/domain/tables.ts';
import { allTables } from '../../src/sinks/appwrite/selection.ts';
import { openDeadLetters } from '../../src/journal/dead-letter-box.ts';
import { checkIntegrity } from '../../src/journal/integrity.ts';
import { fetchLedger, judge } from '../support/judge.ts';
import { differences } from '../support/sink.ts';
import { repeatedValues, wronglyTold } from './judge-record.ts';
import { unkept } from './judge-quarantine.ts';
import { untaken, unaccounted } from './judge-responses.ts';
import type { Stage } from './stage.ts';

/** What is wrong with a stage's stores, one line each, by class. */
export interface Findings {
  readonly lost: readonly string[];
  readonly duplicated: readonly string[];
  readonly untrue: readonly string[];
  readonly stale: readonly string[];
  /** Served states that were compared: a judge of none says nothing. */
  readonly states: number;
  /** Epoch milliseconds of the feed's clock at which it served what a recorder could not commit. */
  readonly untaken: readonly number[];
}

/** Compares what the feed's ledger says with the journal, and the journal with Appwrite and its ledger. */
export async function judgeStage(stage: Stage): Promise<Findings> {
  const ledgers = await fetchLedger(stage.feedUrl);
  const verdict = judge(ledgers, stage.db);
  const remote = await judgeAppwrite(stage);
  const journal = new DatabaseSync(stage.db, { readOnly: true });
  try {
    const damage = checkIntegrity(stage.db);
    return {
      // Which responses may be missing is told anew, by the times in which a recorder ran.
      lost: [
        ...verdict.lost.filter((line) => !/ response \S+$/.test(line)),
        ...unaccounted(journal, ledgers, stage),
        ...(await unkept(journal, stage)),
        ...damage.map((line) => `journal: ${line}`),
        ...remote.lost,
      ],
      duplicated: [...verdict.duplicated, ...repeatedValues(journal), ...remote.duplicated],
      untrue: [...verdict.untrue, ...wronglyTold(journal), ...remote.untrue],
      stale: [...verdict.stale, ...remote.stale],
      states: verdict.states,
      untaken: untaken(journal, ledgers, stage),
    };
  } finally {
    journal.close();
  }
}

type RemoteFindings = Pick<Findings, 'lost' | 'duplicated' | 'untrue' | 'stale'>;

/** Appwrite is to have the journal's rows, each with the journal's values and, of history, written once. */
async function judgeAppwrite({ appwrite, db }: Stage): Promise<RemoteFindings> {
  const findings = {
    lost: [] as string[],
    duplicated: [] as string[],
    untrue: [] as string[],
    stale: [] as string[],
  };
  if (appwrite === null) return findings;
  const refusals = reasonsOf(db);
  for (const { table } of allTables()) {
    const isHistory = tables[table.id].kind === 'history';
    const rows = await appwrite.rows(table.id);
    for (const line of differences({ file: db }, { rows: () => rows as never }, [table.id])) {
      const kind = line.endsWith(' is not there')
        ? 'lost'
        : line.endsWith(' is not in the journal') || isHistory
          ? 'untrue'
          : 'stale';
      const why = refusals
        .filter(({ key }) => line.includes(key))
        .map(({ reason }) => ` (refused: ${reason})`);
      findings[kind].push(`Appwrite: ${line}${why.join('')}`);
    }
    if (!isHistory) continue;
    const { repeated } = await appwrite.ledger(table.id);
    for (const { row, times } of repeated)
      findings.duplicated.push(`Appwrite: ${table.id} ${row} written ${times} times`);
  }
  return findings;
}

/** The rows that the recorder gave up, with what it was told by Appwrite. */
function reasonsOf(db: string): { key: string; reason: string }[] {
  const letters = openDeadLetters(db);
  try {
    return letters.list().map(({ rowKey, reason }) => ({ key: rowKey, reason }));
  } finally {
    letters.close();
  }
}
