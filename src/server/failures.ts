import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
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
  const failure: Failure = { status: problem.status, error: problem.message };
  return reply
    .code(problem.status)
    .header('cache-control', 'no-store')
    .type('application/json; charset=utf-8')
    .serializer(JSON.stringify)
    .send(failure);
}

function problemOf(error: unknown): Problem {
  if (error instanceof Problem) return error;
  if (hasZodFastifySchemaValidationErrors(error)) {
    const [first] = error.validation;
    const name = first?.instancePath.replace(/^\//, '') ?? '';
    const what = name === '' ? 'The query' : `"${name}"`;
    return new Problem(400, `${what} cannot be used: ${first?.message ?? 'it is wrong'}.`);
  }
  const status = (error as Partial<FastifyError>).statusCode ?? 500;
  if (status >= 400 && status < 500) return new Problem(status, 'The request cannot be understood.');
  return new Problem(500, 'The server failed by a fault of its own; the log of oddstream says more.');
}
