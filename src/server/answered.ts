import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { routeOf } from './failures.ts';
import type { Limits } from './limits.ts';
import { streamPath } from './contract/stream.ts';

/**
 * Calls back once an answer has been read, or its client is gone. An answer that waits behind others of its connection
 * has no end of its own when that connection ends.
 */
export function whenAnswered(request: FastifyRequest, reply: FastifyReply, done: () => void): void {
  const { socket } = request.raw;
  const end = (): void => {
    reply.raw.off('close', end);
    socket.off('close', end);
    done();
  };
  reply.raw.once('close', end);
  socket.once('close', end);
}

/** Cuts off clients that have not read their answer in time. Streams have a rule of their own. */
export function limitAnswers(
  app: FastifyInstance,
  { answerMs }: Limits,
  dropped: (route: string) => void,
): void {
  app.addHook('onRequest', (request, reply, done) => {
    const route = routeOf(request);
    if (route !== streamPath) {
      const deadline = setTimeout(() => {
        dropped(route);
        request.raw.socket.destroy();
      }, answerMs);
      whenAnswered(request, reply, () => {
        clearTimeout(deadline);
      });
    }
    done();
  });
}
