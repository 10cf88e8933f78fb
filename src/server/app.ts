import { createHash } from 'node:crypto';
import fastifyEtag from '@fastify/etag';
import fastifySwagger from '@fastify/swagger';
import fastify from 'fastify';
import { jsonSchemaTransform, jsonSchemaTransformObject, validatorCompiler } from 'fastify-type-provider-zod';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import type { App, Context } from './context.ts';
import { streamPath } from './contract/stream.ts';
import { answer, routeOf, tellFailures } from './failures.ts';
import type { OnFault } from './failures.ts';
import { guardFor, securityHeaders } from './guard.ts';
import type { Guard } from './guard.ts';
import type { Metrics } from './metrics-server.ts';
import { servePage } from './page.ts';
import { Problem } from './problem.ts';
import { healthRoutes } from './routes-health.ts';
import { overviewRoutes } from './routes-overview.ts';
import { raceRoutes } from './routes-races.ts';
import { streamRoute } from './routes-stream.ts';
import { answerNoRequest, httpServer } from './http-server.ts';
import { limitAnswers } from './answered.ts';

export interface AppOptions {
  /** Host that it will listen at. */
  readonly host: string;
  /** Names that it answers to beside those of this machine. */
  readonly names: readonly string[];
  /** Directory of the built page. */
  readonly pageDirectory: string;
  readonly onFault: OnFault;
  /** A client of a route did not read its answer in time. */
  readonly onDropped: (route: string) => void;
}

/** The server with all that it answers, not yet listening. */
export async function buildApp(context: Context, metrics: Metrics, options: AppOptions): Promise<App> {
  const guard = guardFor(options.host, options.names);
  const app: App = fastify({
    forceCloseConnections: true,
    routerOptions: { maxParamLength: 200 },
    serverFactory: httpServer(context.limits),
    clientErrorHandler: answerNoRequest,
    // No hook is run for these.
    frameworkErrors: (_error, request, reply) => {
      reply.headers(securityHeaders);
      answer(reply, guard(request.raw) ?? new Problem(400, 'The address cannot be understood.'));
    },
  }).withTypeProvider<ZodTypeProvider>();
  app.setValidatorCompiler(validatorCompiler);
  // Types hold the answers to their schemas, and tests do: a check of each would cost the recorder its time.
  app.setSerializerCompiler(() => JSON.stringify);
  tellFailures(app, options.onFault);
  protect(app, guard);
  limitAnswers(app, context.limits, options.onDropped);
  count(app, metrics);
  await app.register(fastifySwagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'oddstream',
        description: 'What a recorder of racing odds has recorded, and how it does. Read-only.',
        version: context.recorder.facts.version,
      },
    },
    transform: jsonSchemaTransform,
    transformObject: jsonSchemaTransformObject,
  });
  healthRoutes(app, context, metrics);
  await app.register(async (api: App) => {
    await app.register(fastifyEtag, { weak: true, hashFn: digest });
    api.addHook('onRequest', (_request, reply, done) => {
      reply.header('cache-control', 'no-cache');
      done();
    });
    raceRoutes(api, context);
    overviewRoutes(api, context);
    streamRoute(api, context);
    describeApi(api);
  });
  servePage(app, context, options.pageDirectory);
  return app;
}

function protect(app: App, guard: Guard): void {
  app.addHook('onRequest', (request, reply, done) => {
    reply.headers(securityHeaders);
    const problem = guard(request.raw);
    if (problem !== null) throw problem;
    done();
  });
}

/** The description for machines, laid out for people too, and what leads to it. */
function describeApi(api: App): void {
  let text: string | null = null;
  api.get('/api/openapi.json', { schema: { hide: true } }, (_request, reply) => {
    // Relative, as the redirections are: a proxy may serve all of it under a path.
    text ??= `${JSON.stringify({ ...api.swagger(), servers: [{ url: '..' }] }, null, 2)}\n`;
    return reply.type('application/json; charset=utf-8').send(text);
  });
  api.get('/api', { schema: { hide: true } }, (_request, reply) => reply.redirect('api/openapi.json'));
  api.get('/api/', { schema: { hide: true } }, (_request, reply) => reply.redirect('openapi.json'));
}

/**
 * What tells two answers apart, but for the journal's number at their beginning: one that is the same but for it holds
 * nothing new, and its older number is as good to go on from.
 */
function digest(payload: string): string {
  return createHash('sha1')
    .update(payload.replace(/^\{"seq":\d+,/, ''))
    .digest('base64url');
}

function count(app: App, metrics: Metrics): void {
  app.addHook('onResponse', (request, reply, done) => {
    const route = routeOf(request);
    const seconds = route === streamPath ? null : reply.elapsedTime / 1000;
    metrics.answered(route, reply.raw.statusCode, seconds);
    done();
  });
}
