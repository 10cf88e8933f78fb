import { liveness, readiness } from './contract/status.ts';
import type { App, Context } from './context.ts';
import type { Metrics } from './metrics-server.ts';
import { deadMs } from './readiness.ts';

/** For those that watch over processes: alive, ready, and figures. */
export function healthRoutes(app: App, context: Context, metrics: Metrics): void {
  const { recorder } = context;
  app.get(
    '/livez',
    {
      schema: {
        summary: 'Whether the recorder and its server answer',
        tags: ['health'],
        response: { 200: liveness, 503: liveness },
      },
    },
    (_request, reply) => {
      const live = recorder.silentMs() <= deadMs;
      reply.header('cache-control', 'no-store').code(live ? 200 : 503);
      return { live, version: recorder.facts.version };
    },
  );
  app.get(
    '/readyz',
    {
      schema: {
        summary: 'Whether the recorder does what it is for, and why not',
        tags: ['health'],
        response: { 200: readiness, 503: readiness },
      },
    },
    (_request, reply) => {
      const answer = context.readiness();
      reply.header('cache-control', 'no-store').code(answer.ready ? 200 : 503);
      return answer;
    },
  );
  app.get('/metrics', { schema: { hide: true } }, async (_request, reply) => {
    const text = await metrics.text();
    return reply.header('cache-control', 'no-store').type(metrics.contentType).send(text);
  });
}
