import type { IncomingMessage, ServerResponse } from 'node:http';
import { Refusal } from './errors.ts';
import type { Fault } from './fault-types.ts';
import { ofErrors } from './headers.ts';
import type { Settings } from './options.ts';
import { errorReply, headersFor } from './reply.ts';
import { send, sendHtml } from './wire.ts';

/** Faults that take the place of an answer. */
export type Interruption = Extract<Fault, { kind: 'rate-limit' | 'error' | 'html' | 'reset' | 'hang' }>;

export function isInterruption(fault: Fault): fault is Interruption {
  return ['rate-limit', 'error', 'html', 'reset', 'hang'].includes(fault.kind);
}

/** Interruptions that come only after what was asked is done. */
export function isAfterwards(fault: Interruption): boolean {
  return (fault.kind === 'reset' || fault.kind === 'hang') && fault.applied === true;
}

/** Lets a fault have the answer; gives its status, null when there is none. */
export function interrupt(
  fault: Interruption,
  settings: Settings,
  request: IncomingMessage,
  response: ServerResponse,
): number | null {
  const headers = headersFor(settings, request);
  switch (fault.kind) {
    case 'reset':
      request.socket.resetAndDestroy();
      return null;
    case 'hang':
      return null;
    case 'html': {
      const status = fault.status ?? 502;
      sendHtml(response, status);
      return status;
    }
    case 'rate-limit': {
      const {
        status,
        headers: own,
        body,
      } = errorReply(new Refusal('general_rate_limit_exceeded'), headers, settings);
      const wait = fault.retryAfter === undefined ? {} : { 'retry-after': String(fault.retryAfter) };
      send(response, status, { ...own, ...wait }, { body });
      return status;
    }
    case 'error': {
      const status = fault.status ?? 500;
      const { version } = settings;
      const body = { message: 'Server Error', code: status, type: 'general_unknown', version };
      send(response, status, { ...headers, ...ofErrors }, { body });
      return status;
    }
  }
}
