import { configure } from 'rxjs-marbles';
import type { RunContext } from 'rxjs-marbles';
import { expect } from 'vitest';

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
 * asynchronous, and a body without an expectation.
 */
export function marbles(body: (m: RunContext) => void): () => void {
  return () => {
    let expectations = 0;
    run((m: RunContext) => {
      const returned: unknown = (body as (m: RunContext) => unknown)(counting(m, () => expectations++));
      if (returned !== undefined) throw new Error('A marble test must not return anything, nor be async.');
    })();
    if (expectations === 0) throw new Error('A marble test must expect something.');
  };
}

/** The same context, which tells of each expectation. */
function counting(m: RunContext, count: () => void): RunContext {
  return new Proxy(m, {
    get(target, name) {
      const value: unknown = Reflect.get(target, name, target);
      if (name !== 'expect' || typeof value !== 'function') {
        return typeof value === 'function' ? (value.bind(target) as unknown) : value;
      }
      return (...args: unknown[]) => {
        count();
        return Reflect.apply(value, target, args) as unknown;
      };
    },
  });
}
