import { describe, expect, it } from 'vitest';
import { isFound, provoke } from '../faults/breakages.ts';
import { breakageList } from '../faults/breakages-list.ts';

/** Those of the list that take the shortest; npm run test:faults applies all of them. */
const applied = breakageList.filter(({ inShort }) => inShort);

describe.concurrent('a guarantee broken on purpose', () => {
  it.each(applied.map((breakage) => [breakage.name, breakage] as const))(
    'is found: %s',
    async (_, breakage) => {
      // A machine on which polls time out has gaps, which hide what is to be found.
      for (let seed = 1; ; seed++) {
        const struck = await provoke(breakage.by, breakage, seed);
        if (seed === 4) expect(isFound(breakage, struck), JSON.stringify(struck)).toBe(true);
        if (isFound(breakage, struck)) return;
      }
    },
  );

  it('is not found where none is, though commits fail', async () => {
    const { findings, problems } = await provoke('commits', null, 1);
    expect(problems).toEqual([]);
    expect(findings).toMatchObject({ lost: [], duplicated: [], untrue: [], stale: [] });
    expect(findings.states).toBeGreaterThan(10);
  });
});
