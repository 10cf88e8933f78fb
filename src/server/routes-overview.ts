import type { App, Context } from './context.ts';
import * as answers from './contract/answers.ts';
import { failure } from './contract/failure.ts';
import { queries } from './contract/query.ts';
import { status as statusAnswer } from './contract/status.ts';
import type { Movers } from './contract/answers.ts';
import { listGaps } from './queries-history.ts';
import { heldAgainstPrice, moved } from './queries-movers.ts';
import { newestSeq } from './queries-written.ts';
import { statusOf } from './status.ts';

const tags = ['overview'];

/** Looking over many races costs most of all: it is done once a second at the most for each span of time. */
const moversAgeMs = 1_000;

/** What goes over all races: movers, gaps, and how the recorder does. */
export function overviewRoutes(app: App, context: Context): void {
  const { reader, light, heavy } = context;
  const movers = moversReader(context);

  app.get(
    '/api/movers',
    {
      schema: {
        summary: 'Runners whose price moved most, and runners that hold more money than their price says',
        tags,
        querystring: queries.movers,
        response: { 200: answers.movers, 400: failure, 503: failure },
      },
      preHandler: heavy.admit,
    },
    async ({ query: { minutes, limit } }) => {
      const { shortening, drifting, held, ...rest } = await heavy.run(`movers ${minutes}`, () =>
        movers(minutes),
      );
      const first = <T>(list: readonly T[]): T[] => list.slice(0, limit);
      return { ...rest, shortening: first(shortening), drifting: first(drifting), held: first(held) };
    },
  );

  app.get(
    '/api/gaps',
    {
      schema: {
        summary: 'What was missed, over all races, the newest first',
        tags,
        querystring: queries.gaps,
        response: { 200: answers.gapList, 400: failure, 503: failure },
      },
      preHandler: light.admit,
    },
    ({ url, query: { open, ...query } }) =>
      light.run(url, () =>
        reader.read((prepare) => {
          const { rows, next } = listGaps(prepare, { ...query, open: open === 'true' });
          return { seq: newestSeq(prepare), gaps: rows, next };
        }),
      ),
  );

  app.get(
    '/api/status',
    {
      schema: { summary: 'How the recorder does', tags, response: { 200: statusAnswer, 503: failure } },
      preHandler: light.admit,
    },
    (_request, reply) => {
      reply.header('cache-control', 'no-store');
      return light.run('status', () => statusOf(context));
    },
  );
}

/** Most that any list can be asked to hold. */
const most = 100;

function moversReader({ reader, recorder }: Context): (minutes: number) => Movers {
  const known = new Map<number, { readonly movers: Movers; readonly at: number }>();
  const read = (minutes: number): Movers =>
    reader.read((prepare) => {
      const now = recorder.now();
      const changes = moved(prepare, now - minutes * 60_000).sort((a, b) => a.change - b.change);
      return {
        seq: newestSeq(prepare),
        minutes,
        shortening: changes.filter(({ change }) => change < 0).slice(0, most),
        drifting: changes
          .filter(({ change }) => change > 0)
          .slice(-most)
          .reverse(),
        held: heldAgainstPrice(prepare, now, most),
      };
    });
  return (minutes) => {
    const now = performance.now();
    for (const [other, { at }] of known) if (now - at > moversAgeMs) known.delete(other);
    const movers = known.get(minutes)?.movers ?? read(minutes);
    if (!known.has(minutes)) known.set(minutes, { movers, at: now });
    return movers;
  };
}
