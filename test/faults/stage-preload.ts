import { writeSync } from 'node:fs';
import { StatementSync } from 'node:sqlite';

/*
 * Loaded into the recorder before itself, it makes one thing go wrong at a named point of the journal's writes, as
 * STAGE_POINT says: `commit:before`, `commit:after`, `commit:half`, `cursor:before`, `cursor:after` end the process as
 * SIGKILL does, and `commit:fails` has every fifth commit of a poll fail. `odds:` instead of `commit:` is that of polls
 * that brought odds: one that timed out is committed too. STAGE_SKIP lets so many of them pass first.
 */

const { STAGE_POINT: point = '', STAGE_SKIP: skip = '0' } = process.env;
const [of = '', when = ''] = point.split(':');
const polled = 'INTO "polls"';
const marks: Readonly<Record<string, string>> = { commit: polled, odds: polled, cursor: 'INTO cursors' };
const mark = marks[of];
if (mark === undefined || !['half', 'before', 'after', 'fails'].includes(when)) {
  throw new Error(`STAGE_POINT is "${point}".`);
}
/** Every so-many-th of the commits fails. */
const failing = 5;

type Run = (
  this: StatementSync,
  ...values: Parameters<StatementSync['run']>
) => ReturnType<StatementSync['run']>;

const run = Reflect.get(StatementSync.prototype, 'run') as Run;
let left = Number(skip);
let isMarked = false;
/** Whether there were rows of odds since the last poll's own row, which comes after all others of its poll. */
let hasOdds = false;
let failed = 0;

const faulty: Run = function (...values) {
  const sql = this.sourceSQL;
  if (sql.startsWith('BEGIN')) isMarked = false;
  if (sql.includes('INTO "odds_history"')) hasOdds = true;
  if (sql.includes(mark) && (hasOdds || of !== 'odds')) {
    isMarked = true;
    if (when === 'half') strike();
  }
  if (sql.includes(polled)) hasOdds = false;
  if (sql !== 'COMMIT' || !isMarked) return run.apply(this, values);
  if (when === 'before') strike();
  if (when === 'fails' && ++failed % failing === 0) throw new Error('no space left on device (on purpose)');
  const result = run.apply(this, values);
  if (when === 'after') strike();
  return result;
};

StatementSync.prototype.run = faulty as StatementSync['run'];

function strike(): void {
  if (left-- > 0) return;
  // The end itself is noticed later, on a computer that does much else.
  writeSync(2, `ended at ${Date.now()}\n`);
  process.kill(process.pid, 'SIGKILL');
}
