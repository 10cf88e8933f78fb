import type { IncomingMessage, ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Keys } from './auth.ts';
import { bodyParameters, readBody } from './body.ts';
import type { Core } from './core.ts';
import { interrupt, isAfterwards, isInterruption } from './interrupt.ts';
import { createReply, headersFor } from './reply.ts';
import type { WritableRequestLog } from './requests.ts';
import { match } from './route-match.ts';
import { send } from './wire.ts';

export interface ServerParts {
  readonly core: Core;
  readonly keys: Keys;
  readonly requests: WritableRequestLog;
}

/** Answers the requests of the SDK, as faults let it. */
export function createAppwriteServer({ core, keys, requests }: ServerParts) {
  const { settings, faults } = core;
  const reply = createReply(core, keys);

  return async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const method = request.method ?? '';
    const url = new URL(request.url ?? '/', `http://${request.headers.host ?? 'localhost'}`);
    const matched = match(method, url.pathname);
    const route = matched?.route.name ?? 'unknown';
    const table = matched?.parameters.tableId ?? null;
    const body = await readBody(request, settings.bodyLimit);
    const sent = bodyParameters(body ?? '');
    const rows = Array.isArray(sent.rows) ? sent.rows.length : 0;
    const entry = requests.add({ method, path: url.pathname, route, table, rows });
    response.once('close', () => {
      entry.took = Date.now() - entry.at;
    });

    const met = faults.meet({ method, route, table });
    entry.faults.push(...met.map(({ kind }) => kind));
    for (const fault of met) if (fault.kind === 'slow') await sleep(fault.ms);
    const interruption = met.find(isInterruption);
    if (interruption && !isAfterwards(interruption)) {
      entry.status = interrupt(interruption, settings, request, response);
    } else if (body === null) {
      entry.status = 413;
      send(response, 413, headersFor(settings, request), {});
    } else {
      const { status, headers, ...content } = reply({ request, url, matched, sent, id: entry.id });
      entry.status = interruption ? interrupt(interruption, settings, request, response) : status;
      if (!interruption) send(response, status, headers, content);
    }
  };
}
