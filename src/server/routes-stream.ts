import { z } from 'zod';
import type { App, Context } from './context.ts';
import { failure } from './contract/failure.ts';
import { queries } from './contract/query.ts';
import { streamEvents, streamPath } from './contract/stream.ts';
import { Problem } from './problem.ts';
import type { StreamRequest } from './stream.ts';
import type { Message } from './tail.ts';

/** Server-Sent Events of everything that is written. */
export function streamRoute(app: App, { streams }: Context): void {
  app.get(
    streamPath,
    {
      exposeHeadRoute: false,
      schema: {
        summary: 'What is written, as it comes (Server-Sent Events)',
        description: `Events: ${Object.keys(streamEvents).join(', ')}. The id of each is its seq: Last-Event-ID resumes.`,
        tags: ['stream'],
        querystring: queries.stream,
        response: {
          200: {
            description: 'A stream that ends when the server stops.',
            content: { 'text/event-stream': { schema: z.string() } },
          },
          400: failure,
          503: failure,
        },
      },
    },
    (request, reply) => {
      const wishes: StreamRequest = {
        after: lastEvent(request.headers['last-event-id']) ?? request.query.after ?? null,
        wants: wantedBy(request.query.race, request.query.events),
      };
      streams.admit();
      reply.hijack();
      for (const [name, value] of Object.entries(reply.getHeaders())) {
        if (value !== undefined) reply.raw.setHeader(name, value);
      }
      reply.raw.writeHead(200, {
        'content-type': 'text/event-stream',
        'cache-control': 'no-store',
        // nginx holds answers back until it has some kilobytes of them.
        'x-accel-buffering': 'no',
      });
      streams.serve(reply.raw, wishes);
    },
  );
}

function lastEvent(header: string | string[] | undefined): number | null {
  if (header === undefined || header === '') return null;
  const seq = Number(header);
  if (Number.isSafeInteger(seq) && seq >= 0) return seq;
  throw new Problem(400, 'Last-Event-ID is not the id of an event of this stream.');
}

const names: ReadonlySet<string> = new Set(Object.keys(streamEvents));

function wantedBy(raceId: string | undefined, events: string | undefined): StreamRequest['wants'] {
  const wanted = events?.split(',');
  if (wanted !== undefined && !wanted.every((name) => names.has(name))) {
    throw new Problem(400, `"events" must be names with commas between, of ${[...names].join(', ')}.`);
  }
  if (raceId === undefined && wanted === undefined) return null;
  const chosen = wanted === undefined ? null : new Set(wanted);
  return (message: Message) =>
    (raceId === undefined || message.raceId === raceId) && (chosen === null || chosen.has(message.name));
}
