import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { FastifySchemaValidationError } from 'fastify/types/schema.js';
import { hasZodFastifySchemaValidationErrors } from 'fastify-type-provider-zod';
import type { Failure } from './contract/failure.ts';
import { Problem } from './problem.ts';

/** Told of an answer that failed by a fault of our own, with the route's pattern. */
export type OnFault = (route: string, error: unknown) => void;

/** Every failure is answered in one sentence, without anything of what is inside. */
export function tellFailures(app: FastifyInstance, onFault: OnFault): void {
  app.setErrorHandler((error, request, reply) => {
    const problem = problemOf(error);
    if (problem.status >= 500 && !(error instanceof Problem)) onFault(routeOf(request), error);
    return answer(reply, problem);
  });
}

/** The pattern of a request's route. */
export function routeOf(request: FastifyRequest): string {
  return request.routeOptions.url ?? 'none';
}

export function answer(reply: FastifyReply, problem: Problem): FastifyReply {
  if (problem.retryAfter !== null) reply.header('retry-after', problem.retryAfter);
  if (problem.status === 405) reply.header('allow', 'GET, HEAD');
  // Clients that are too many are not to keep their connections either.
  if (problem.status === 503) reply.header('connection', 'close');
  const failure: Failure = { status: problem.status, error: problem.message };
  return reply
    .code(problem.status)
    .header('cache-control', 'no-store')
    .type('application/json; charset=utf-8')
    .serializer(JSON.stringify)
    .send(failure);
}

export function nothingHere(): Problem {
  return new Problem(404, 'There is nothing at this address.');
}

function problemOf(error: unknown): Problem {
  if (error instanceof Problem) return error;
  if (hasZodFastifySchemaValidationErrors(error)) return new Problem(400, whatIsWrong(error.validation));
  const status = (error as Partial<FastifyError>).statusCode ?? 500;
  // Files that there are and that are not served are nobody's business.
  if (status === 403 || status === 404) return nothingHere();
  if (status >= 400 && status < 500) return new Problem(status, 'The request cannot be understood.');
  return new Problem(500, 'The server failed by a fault of its own; the log of oddstream says more.');
}

type Wrong = readonly Pick<FastifySchemaValidationError, 'instancePath' | 'message' | 'params'>[];

/** Names the parameter that is wrong, and says what it must be. */
function whatIsWrong([first]: Wrong): string {
  const name = first?.instancePath.replace(/^\//, '') ?? '';
  if (name !== '') return `"${name}" ${first?.message ?? 'is wrong'}.`;
  const unknown = first?.params.keys;
  const names = Array.isArray(unknown)
    ? unknown.map((key) => `"${String(key).slice(0, 50)}"`).join(', ')
    : '';
  return `There is no parameter ${names} here; see /api/openapi.json.`;
}
