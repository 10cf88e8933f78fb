import type { IncomingMessage } from 'node:http';
import { authorise, type Keys } from './auth.ts';
import type { Core } from './core.ts';
import { Refusal } from './errors.ts';
import { baseHeaders, ofErrors } from './headers.ts';
import type { Json, JsonObject } from './json.ts';
import type { Settings } from './options.ts';
import { createRateLimit } from './rate-limit.ts';
import { queryParameters, type Match } from './route-match.ts';

export interface Reply {
  readonly status: number;
  readonly headers: Record<string, string>;
  /** In JSON. */
  readonly body?: Json | undefined;
  /** Instead of that. */
  readonly text?: string | undefined;
}

export const header = (request: IncomingMessage, name: string): string => String(request.headers[name] ?? '');

export function headersFor(settings: Settings, request: IncomingMessage): Record<string, string> {
  return baseHeaders(settings, header(request, 'x-appwrite-response-format'));
}

/** An error as it is answered; one that nobody thought of is the server's own, and is printed. */
export function errorReply(error: unknown, headers: Record<string, string>, { version }: Settings): Reply {
  if (!(error instanceof Refusal)) console.error(error);
  const { message, status, type } = error instanceof Refusal ? error : new Refusal('general_unknown');
  return {
    status,
    headers: { ...headers, ...ofErrors },
    body: { message, code: status, type, version },
  };
}

/** A request that arrived whole. */
export interface Arrived {
  readonly request: IncomingMessage;
  readonly url: URL;
  readonly matched: Match | null;
  /** Parameters of its body. */
  readonly sent: JsonObject;
  /** Its number in the log. */
  readonly id: number;
}

/** Does what requests ask, in the server's order: project, key and scope, rate, route, parameters, the thing itself. */
export function createReply(core: Core, keys: Keys): (arrived: Arrived) => Reply {
  const { settings } = core;
  const rateLimit = createRateLimit();
  return ({ request, url, matched, sent, id }) => {
    const headers = headersFor(settings, request);
    try {
      const credentials = {
        project: header(request, 'x-appwrite-project'),
        key: header(request, 'x-appwrite-key'),
        host: url.hostname,
      };
      const caller = authorise(credentials, settings.projectId, keys, matched?.route.scopes ?? ['global']);
      if (!matched) throw new Refusal('general_route_not_found');
      const rate = rateLimit(caller, matched.route);
      Object.assign(headers, rate.headers);
      if (rate.exceeded) throw new Refusal('general_rate_limit_exceeded');
      const input = { ...queryParameters(url.searchParams), ...sent, ...matched.parameters };
      const { status, body, text } = matched.route.handle({ core, caller, request: id, input });
      return { status, headers, body, text };
    } catch (error) {
      return errorReply(error, headers, settings);
    }
  };
}
