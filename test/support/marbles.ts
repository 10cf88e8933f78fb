import { configure } from 'rxjs-marbles';
import type { Context } from 'rxjs-marbles';
import { expect } from 'vitest';

/** Virtual time, diagrams and expectations of one test. */
export type Marbles = Context;

const { marbles: run } = configure({
  run: true,
  frameworkMatcher: true,
  assert: (value: unknown, message: string) => {
    expect(value, message).toBeTruthy();
  },
  assertDeepEqual: (actual: unknown, expected: unknown) => {
    expect(actual).toStrictEqual(expected);
  },
});

/**
 * A marble test on virtual time. It fails where a plain one would pass whatever it says: a body that is
 * asynchronous, a body without an expectation, and an expectation that is not compared with anything.
 */
export function marbles(body: (m: Marbles) => void): () => void {
  const unchecked: (m: Marbles) => unknown = body;
  return () => {
    const count = { expected: 0, compared: 0 };
    run((m: Marbles) => {
      const returned = unchecked(counting(m, count));
      if (returned !== undefined) throw new Error('A marble test must not return anything, nor be async.');
    })();
    if (count.expected === 0) throw new Error('A marble test must expect something.');
    if (count.compared < count.expected) {
      throw new Error('A marble test must compare what it expects: toBeObservable, toHaveSubscriptions.');
    }
  };
}

interface Count {
  expected: number;
  compared: number;
}

/** The same context, which counts each expectation and each comparison. */
function counting(m: Marbles, count: Count): Marbles {
  return counted(m, (name) => {
    if (name === 'equal' || name === 'has') {
      count.expected++;
      count.compared++;
    }
    if (name !== 'expect') return undefined;
    count.expected++;
    return (expectation: object) =>
      counted(expectation, () => {
        count.compared++;
      });
  });
}

/** The same object; `called` is told each call of a method and may give what takes the place of its result. */
function counted<T extends object>(
  object: T,
  called: (name: string | symbol) => ((result: object) => object) | undefined,
): T {
  return new Proxy(object, {
    get(target, name) {
      const value: unknown = Reflect.get(target, name, target);
      if (typeof value !== 'function') return value;
      return (...args: unknown[]): unknown => {
        const instead = called(name);
        const result: unknown = Reflect.apply(value, target, args);
        return instead === undefined ? result : instead(result as object);
      };
    },
  });
}
