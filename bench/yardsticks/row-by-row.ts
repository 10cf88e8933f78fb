// A poller as many are written: one race after another, plain fetch, everything parsed, a call of the SDK for each
// entrant and for each price that moved, one after the other. It begins again after 30 s, or when it is through.
// node bench/yardsticks/row-by-row.ts URL DATE, with the settings of Appwrite in the environment.
import { AppwriteException, Client, ID, TablesDB } from 'node-appwrite';
import { event, kinds, openFeed } from './feed.ts';

const everyMs = 30_000;
const [url = '', date = ''] = process.argv.slice(2);
const {
  APPWRITE_ENDPOINT,
  APPWRITE_PROJECT_ID,
  APPWRITE_API_KEY,
  APPWRITE_DATABASE_ID: databaseId = '',
} = process.env;
const client = new Client()
  .setEndpoint(APPWRITE_ENDPOINT ?? '')
  .setProject(APPWRITE_PROJECT_ID ?? '')
  .setKey(APPWRITE_API_KEY ?? '');
const tables = new TablesDB(client);
const feed = await openFeed(url);
const seen = new Map<string, number>();
let seq = 0;

type Runner = ReturnType<typeof event.parse>['data']['runners'][number];

async function writeEntrant(raceId: string, runner: Runner): Promise<void> {
  const { entrant_id: entrantId, odds } = runner;
  const data = {
    ...{ seq: seq++, entrantId, raceId, runnerNumber: runner.runner_number, name: runner.name },
    ...{ isScratched: runner.is_scratched, fixedWin: odds?.fixed_win, fixedPlace: odds?.fixed_place },
    ...{ poolWin: odds?.pool_win, poolPlace: odds?.pool_place },
  };
  const row = { databaseId, tableId: 'entrants', rowId: entrantId, data };
  try {
    await tables.updateRow(row);
  } catch (error) {
    if (!(error instanceof AppwriteException) || error.code !== 404) throw error;
    await tables.createRow(row);
  }
}

async function writeOdds(raceId: string, { entrant_id: entrantId, odds }: Runner): Promise<void> {
  for (const kind of kinds) {
    const value = odds?.[kind];
    const key = `${entrantId}|${kind}`;
    if (value == null || seen.get(key) === value) continue;
    const data = {
      ...{ seq: seq++, raceId, entrantId, kind, odds: value, previousOdds: seen.get(key) ?? null },
      observedAt: new Date(feed.now()).toISOString(),
    };
    await tables.createRow({ databaseId, tableId: 'odds_history', rowId: ID.unique(), data });
    seen.set(key, value);
  }
}

for (;;) {
  const began = feed.now();
  for (const raceId of await feed.openRaces(date)) {
    const { runners } = event.parse(JSON.parse(await feed.event(raceId))).data;
    for (const runner of runners) {
      await writeEntrant(raceId, runner);
      await writeOdds(raceId, runner);
    }
  }
  await feed.wait(began + everyMs - feed.now());
}
