import type { FastifyReply, FastifyRequest } from 'fastify';
import { whenAnswered } from './answered.ts';
import { Gate } from './gate.ts';
import { Problem } from './problem.ts';

/** Answers of one kind: no more than so many under way, and their work one after the other. */
export class Lane {
  readonly #limit: number;
  readonly #gate = new Gate();
  #underWay = 0;

  constructor(limit: number) {
    this.#limit = limit;
  }

  /** A hook that refuses what is too much. A place is taken until the answer is read or its client is gone. */
  readonly admit = (request: FastifyRequest, reply: FastifyReply, done: () => void): void => {
    if (this.#underWay >= this.#limit) {
      throw new Problem(503, 'The server is busy with other requests: try again in a second.', 1);
    }
    this.#underWay++;
    whenAnswered(request, reply, () => {
      this.#underWay--;
    });
    done();
  };

  /**
   * Runs work when its turn has come.
   * @param key names the work: who asks for the same while it waits shares its result
   */
  run<T>(key: string, work: () => T): Promise<T> {
    return this.#gate.run(key, work);
  }
}
