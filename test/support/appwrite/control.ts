import type { IncomingMessage, ServerResponse } from 'node:http';
import { readBody } from './body.ts';
import type { Fault } from './fault-types.ts';
import { inWords, isObject, parseJson, type Json } from './json.ts';
import type { AppwriteStandIn } from './standin.ts';
import { send } from './wire.ts';

/** Paths of the control API, for tests whose stand-in is another process. */
export const controlRoot = '/_standin';

const kinds = [
  'down',
  'slow',
  'rate-limit',
  'error',
  'html',
  'reset',
  'hang',
  'poison',
  'missing-column',
  'schema',
];

function isFault(value: Json): boolean {
  return isObject(value) && kinds.includes(inWords(value.kind));
}

type Part = Pick<AppwriteStandIn, 'faults' | 'requests' | 'ledger' | 'rows' | 'endpoint'>;

function ledgerOf({ ledger, requests }: Part, table: string | undefined): Json {
  return {
    requests: requests.total,
    byRoute: requests.byRoute(),
    written: ledger.written(table),
    repeated: ledger.repeated(table),
    events: ledger.events(table),
  };
}

/**
 * `GET /_standin/faults` lists them, `POST` adds the one in the body, `DELETE` ends all, or `/_standin/faults/<id>`
 * one. `GET /_standin/ledger[?table=]`, `/_standin/writes[?table=]`, `/_standin/requests` and
 * `/_standin/rows?table=` tell what came of it.
 */
export async function control(part: Part, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const url = new URL(request.url ?? '/', 'http://standin');
  const table = url.searchParams.get('table') ?? undefined;
  const [what, id] = url.pathname.slice(controlRoot.length + 1).split('/');
  const answer = (status: number, body: unknown): void => {
    send(response, status, {}, { body: body as Json });
  };
  const body = await readBody(request, 1_000_000);
  switch (`${request.method} ${what}`) {
    case 'GET faults':
      answer(200, part.faults.list());
      return;
    case 'POST faults': {
      const fault = parseJson(body ?? 'null');
      if (isFault(fault)) answer(201, { id: part.faults.add(fault as unknown as Fault).id });
      else answer(400, { message: `A fault has one of these kinds: ${kinds.join(', ')}` });
      return;
    }
    case 'DELETE faults':
      await part.faults.clear(id === undefined ? undefined : Number(id));
      answer(200, part.faults.list());
      return;
    case 'GET ledger':
      answer(200, ledgerOf(part, table));
      return;
    case 'GET writes':
      answer(200, part.ledger.writes(table));
      return;
    case 'GET requests':
      answer(200, part.requests.all);
      return;
    case 'GET rows':
      answer(200, part.rows(table ?? ''));
      return;
    default:
      answer(404, { message: `Nothing at ${request.method} ${url.pathname}` });
  }
}
