import type { Random } from '../../src/sources/simulator/random.ts';
import type { Json, JsonObject, ServedEvent, ServedRunner } from '../support/snapshots.ts';
import type { FeedAnswer, Misbehaviour } from './feed-proxy.ts';

/** Seconds of the recorder's clock that a host asks to be left alone for. */
export const retryAfterSeconds = 120;

const megabyte = 1024 * 1024;

/** Ways in which a feed answers wrongly. None of them is an answer that may be recorded, but the last. */
export const misbehaviours: Readonly<Record<string, (chance: Random) => Misbehaviour>> = {
  '500': () => instead({ status: 500, body: '{"header":{"error":"internal error"}}' }),
  '429 without Retry-After': () => instead({ status: 429, body: '{}' }),
  '429 with Retry-After': () =>
    instead({ status: 429, body: '{}', headers: { 'retry-after': String(retryAfterSeconds) } }),
  'HTML with 200': () =>
    instead({
      status: 200,
      body: '<!DOCTYPE html>\n<h1>Bad Gateway</h1>',
      headers: { 'content-type': 'text/html' },
    }),
  'wrong shapes': (chance) => rewritten(() => chance.pick(shapes)),
  'nulls everywhere': () => rewritten(nulls),
  'duplicated runners': () =>
    rewrittenEvent(({ runners, ...rest }) => ({ ...rest, runners: [...runners, ...runners.slice(0, 1)] })),
  'changed ids': () =>
    rewrittenEvent(({ race, ...rest }) => ({
      ...rest,
      race: { ...race, event_id: `x${race.event_id as string}` },
    })),
  'prices as strings': () => rewrittenEvent(priced((price) => String(price))),
  'prices like NaN': (chance) => rewrittenEvent(priced(() => chance.pick(['NaN', 'Infinity', '', '-']))),
  'numbers that are none': (chance) =>
    rewrittenText((text) =>
      text.replaceAll(/"fixed_win":[\d.]+/g, `"fixed_win":${chance.pick(['NaN', '1e400', '-', '2,40'])}`),
    ),
  'bodies of 10 MB': () =>
    rewrittenText((text) =>
      text.replaceAll('"fixed_win":', `"fixed_win":"${'x'.repeat(megabyte)}","":`).slice(0, 10 * megabyte),
    ),
  'right bodies of 10 MB': (chance) => async (path, ask) => {
    const right = await ask();
    if (!isEvent(path) || !chance.chance(0.1)) return right;
    // Blanks say nothing.
    return { ...right, body: right.body + ' '.repeat(10 * megabyte) };
  },
};

const shapes: readonly Json[] = [
  ...[
    null,
    [],
    {},
    'text',
    7,
    true,
    [[]],
    { data: [] },
    { header: {}, data: {} },
    { data: { race: [], runners: {} } },
  ],
  { header: { generated_time: 7 }, data: { meetings: {}, race: {}, runners: [] } },
];

function instead(given: Pick<FeedAnswer, 'status' | 'body'> & Partial<FeedAnswer>): Misbehaviour {
  const headers = { 'content-type': 'application/json', ...given.headers };
  return () => Promise.resolve({ ...given, headers });
}

function rewrittenText(change: (text: string) => string): Misbehaviour {
  return async (path, ask) => {
    const right = await ask();
    if (!isEvent(path) || right.status !== 200) return right;
    return { ...right, body: change(right.body) };
  };
}

function rewritten(change: (body: Json) => Json): Misbehaviour {
  return async (_path, ask) => {
    const right = await ask();
    return { ...right, body: JSON.stringify(change(JSON.parse(right.body) as Json)) };
  };
}

function rewrittenEvent(change: (data: ServedEvent['data']) => ServedEvent['data']): Misbehaviour {
  return rewrittenText((text) => {
    const event = JSON.parse(text) as ServedEvent;
    return JSON.stringify({ ...event, data: change(event.data) });
  });
}

function priced(change: (price: number) => string) {
  const runner = ({ odds, ...rest }: ServedRunner): JsonObject => ({
    ...rest,
    odds: { ...odds, fixed_win: change(odds?.fixed_win ?? 2) },
  });
  return ({ runners, ...rest }: ServedEvent['data']): ServedEvent['data'] => ({
    ...rest,
    runners: runners.map(runner) as ServedRunner[],
  });
}

function nulls(value: Json | undefined): Json {
  if (Array.isArray(value)) return value.map(nulls);
  if (typeof value !== 'object' || value === null) return null;
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, nulls(member)]));
}

function isEvent(path: string): boolean {
  return path.includes('/events/');
}
