// A poller as many are written: every minute all races, by eight workers, and each payload in full into a SQLite file,
// to be looked into later: node bench/yardsticks/store-payloads.ts URL DATE FILE.
import { DatabaseSync } from 'node:sqlite';
import { openFeed } from './feed.ts';

const everyMs = 60_000;
const workers = 8;
const [url = '', date = '', file = ''] = process.argv.slice(2);
const db = new DatabaseSync(file);
db.exec('CREATE TABLE payloads (race_id TEXT NOT NULL, received_at TEXT NOT NULL, body TEXT NOT NULL)');
const insert = db.prepare('INSERT INTO payloads VALUES (?, ?, ?)');
const feed = await openFeed(url);

async function work(races: string[]): Promise<void> {
  for (let raceId = races.shift(); raceId !== undefined; raceId = races.shift()) {
    const body = await feed.event(raceId);
    JSON.parse(body);
    insert.run(raceId, new Date(feed.now()).toISOString(), body);
  }
}

for (;;) {
  const began = feed.now();
  const races = await feed.openRaces(date);
  await Promise.all(Array.from({ length: workers }, () => work(races)));
  await feed.wait(began + everyMs - feed.now());
}
