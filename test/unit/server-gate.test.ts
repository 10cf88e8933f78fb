import { describe, expect, it } from 'vitest';
import { Gate } from '../../src/server/gate.ts';

describe('the gate', () => {
  it('runs one piece of work in a turn of the event loop, in their order, and lets others in between', async () => {
    const gate = new Gate();
    const seen: string[] = [];
    const work = ['a', 'b', 'c'].map((name) => gate.run(name, () => seen.push(name)));
    expect(seen).toEqual([]);
    const turns = async (): Promise<void> => {
      for (let turn = 0; turn < 5; turn++) {
        await new Promise((resolve) => setImmediate(resolve));
        seen.push('-');
      }
    };
    await Promise.all([...work, turns()]);
    expect(seen.join('')).toMatch(/^-?a-b-c-*$/);
  });

  it('does the same work once for all who wait for it, and anew for who comes after', async () => {
    const gate = new Gate();
    let count = 0;
    const ask = (): Promise<number> => gate.run('same', () => ++count);
    expect(await Promise.all([ask(), ask(), ask()])).toEqual([1, 1, 1]);
    expect(await ask()).toBe(2);
  });

  it('goes on after work that fails', async () => {
    const gate = new Gate();
    const failing = gate.run('failing', () => {
      throw new Error('of no use');
    });
    const next = gate.run('next', () => 'done');
    await expect(failing).rejects.toThrow('of no use');
    expect(await next).toBe('done');
    expect(await gate.run('later', () => 'done')).toBe('done');
  });
});
