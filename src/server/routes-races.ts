import { z } from 'zod';
import type { App, Context } from './context.ts';
import * as answers from './contract/answers.ts';
import { failure } from './contract/failure.ts';
import { queries } from './contract/query.ts';
import type { HistoryPage, HistoryPart } from './contract/answers.ts';
import { described } from './described.ts';
import { Problem } from './problem.ts';
import { history } from './queries-history.ts';
import type { HistoryQuery } from './queries-history.ts';
import { latestPools, latestResult } from './queries-latest.ts';
import { listRaces, raceById } from './queries-races.ts';
import type { StoredRace } from './queries-races.ts';
import { runnersOfRace } from './queries-runners.ts';
import { newestSeq } from './queries-written.ts';

const params = z.object({ race_id: z.string().max(100) });
const tags = ['races'];

/** Races, one race, and its history. */
export function raceRoutes(app: App, context: Context): void {
  const { reader, recorder, light, heavy } = context;
  const describe = (race: StoredRace) =>
    described(race, recorder.plans().get(race.race_id) ?? null, recorder.now());

  app.get(
    '/api/races',
    {
      schema: {
        summary: 'Races by their start: those next to jump, or those that have ended',
        tags,
        querystring: queries.races,
        response: { 200: answers.raceList, 400: failure, 503: failure },
      },
      preHandler: light.admit,
    },
    ({ url, query }) =>
      light.run(url, () =>
        reader.read((prepare) => {
          const { rows, next } = listRaces(prepare, query);
          return { seq: newestSeq(prepare), races: rows.map(describe), next };
        }),
      ),
  );

  app.get(
    '/api/races/:race_id',
    {
      schema: {
        summary: 'A race with its runners, as they stand now',
        tags,
        params,
        response: { 200: answers.raceDetail, 404: failure, 503: failure },
      },
      preHandler: light.admit,
    },
    ({ url, params: { race_id } }) =>
      light.run(url, () =>
        reader.read((prepare) => ({
          seq: newestSeq(prepare),
          race: describe(known(raceById(prepare, race_id))),
          runners: runnersOfRace(prepare, race_id),
          pools: latestPools(prepare, race_id),
          result: latestResult(prepare, race_id),
        })),
      ),
  );

  const answerHistory = <P extends HistoryPart>(part: P, raceId: string, query: HistoryQuery) =>
    reader.read((prepare) => {
      known(raceById(prepare, raceId));
      const page = { seq: newestSeq(prepare), ...history(prepare, part, raceId, query) };
      // A part's rows are those of its page; TypeScript does not follow that over all parts at once.
      return page as unknown as HistoryPage<P>;
    });

  const { odds, ...others } = answers.historyPages;
  app.get(
    '/api/races/:race_id/odds',
    {
      schema: {
        summary: 'Every price that was recorded, in the order of their own times',
        tags,
        params,
        querystring: queries.odds,
        response: { 200: odds, 400: failure, 404: failure, 503: failure },
      },
      preHandler: heavy.admit,
    },
    ({ url, params: { race_id }, query }) => heavy.run(url, () => answerHistory('odds', race_id, query)),
  );
  for (const part of Object.keys(others) as (keyof typeof others)[]) {
    app.get(
      `/api/races/:race_id/${part}`,
      {
        schema: {
          summary: summaries[part],
          tags,
          params,
          querystring: queries.history,
          response: { 200: others[part], 400: failure, 404: failure, 503: failure },
        },
        preHandler: heavy.admit,
      },
      ({ url, params: { race_id }, query }) => heavy.run(url, () => answerHistory(part, race_id, query)),
    );
  }
}

const summaries: Readonly<Record<Exclude<HistoryPart, 'odds'>, string>> = {
  money: 'How the money was spread over the runners',
  pools: 'How the pools grew',
  bets: 'Bets that were shown',
  events: 'What happened: status, start, scratchings, jockeys',
  results: 'Placings and dividends, with their amendments',
  gaps: 'Times without a usable poll, and fluctuations that were missed',
  polls: 'How its polls went',
};

function known(race: StoredRace | null): StoredRace {
  if (race === null) throw new Problem(404, 'The journal does not know this race.');
  return race;
}
