import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bodyToSend, essential, recordedExchanges, type Exchange } from '../support/appwrite/exchanges.ts';
import { inWords, isObject, parseJson, stringifyJson, type Json } from '../support/appwrite/json.ts';
import { startAppwrite, type AppwriteStandIn } from '../support/appwrite/standin.ts';

/** The stand-in is asked what a real server was asked, in the same order, and has to answer the same. */

const exchanges = recordedExchanges();
const note = exchanges ? '' : ' (skipped: ../shared/data is missing)';

/** Headers that say something to a client. */
const told = [
  'content-type',
  'cache-control',
  'expires',
  'pragma',
  'x-ratelimit-limit',
  'x-ratelimit-remaining',
];

interface Answered {
  readonly status: number;
  readonly headers: Record<string, string | null>;
  readonly body: Json;
}

describe.skipIf(!exchanges)(`the recorded exchanges${note}`, () => {
  let standIn: AppwriteStandIn;
  const transactions = new Map<string, string>();

  beforeAll(async () => {
    standIn = await startAppwrite({ projectId: 'raceday', key: 'standard_recorded', processingMs: 200 });
  });
  afterAll(() => standIn.close());

  async function send({ what, request }: Exchange): Promise<Answered> {
    const { method, headers, body } = request;
    const path = [...transactions].reduce((text, [old, own]) => text.replace(old, own), request.path);
    const response = await fetch(standIn.url + path, {
      method,
      headers: {
        'x-appwrite-project': headers['x-appwrite-project'] ?? '',
        'x-appwrite-key': what === 'a wrong key' ? 'wrong' : standIn.key,
        'x-appwrite-response-format': headers['x-appwrite-response-format'] ?? '',
        ...(headers['content-type'] === undefined ? {} : { 'content-type': headers['content-type'] }),
      },
      ...(method === 'GET' ? {} : { body: stringifyJson(bodyToSend(body)) }),
    });
    const text = await response.text();
    return {
      status: response.status,
      headers: Object.fromEntries(told.map((name) => [name, response.headers.get(name)])),
      body: text === '' ? '' : parseJson(text),
    };
  }

  /** As `send`, but an answer that waits for something in the making is asked for again, as was done then. */
  async function settled(exchange: Exchange): Promise<Answered> {
    const waits = (body: Json): boolean => stringifyJson(body).includes('"processing"');
    for (let patience = 100; patience > 0; patience -= 1) {
      const answer = await send(exchange);
      if (exchange.request.method !== 'GET' || waits(exchange.response.body) || !waits(answer.body)) {
        return answer;
      }
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    throw new Error(`${exchange.what}: still processing`);
  }

  it('has all of them', () => {
    expect(exchanges).toHaveLength(49);
  });

  it.each((exchanges ?? []).map((exchange, at) => [at, exchange.what, exchange] as const))(
    '%i %s',
    async (_at, what, exchange) => {
      const { response } = exchange;
      const answer = await settled(exchange);
      if (what === 'create a transaction' && isObject(response.body) && isObject(answer.body)) {
        transactions.set(inWords(response.body.$id), inWords(answer.body.$id));
      }
      expect(answer.status).toBe(response.status);
      expect(essential(answer.body, response.body)).toEqual(essential(response.body, response.body));
      expect(answer.headers).toEqual(
        Object.fromEntries(told.map((name) => [name, response.headers[name] ?? null])),
      );
    },
  );
});
