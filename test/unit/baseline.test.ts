import { describe, expect, it } from 'vitest';
import { currentDigest, poolKey, resultDigest } from '../../src/domain/baseline.ts';
import { hasEnded, raceStatus } from '../../src/domain/status.ts';

describe('what stands for a current row', () => {
  const columns = { name: 'Ka Pai', barrier: 3, jockey: null };

  it('is the same whatever the order of keys, also within what was served', () => {
    const one = { speedmap: { label: 'Leader', settling_lengths: 0 }, meta: null };
    const other = { meta: null, speedmap: { settling_lengths: 0, label: 'Leader' } };
    const turned = { jockey: null, barrier: 3, name: 'Ka Pai' };
    expect(currentDigest(turned, other)).toBe(currentDigest(columns, one));
  });

  it.each([
    ['tips', ['a', 'b']],
    [
      'picks',
      [
        { name: 'one', rank: 1 },
        { name: 'two', rank: 2 },
      ],
    ],
    ['substitutions', [{ entrant_id: 'a' }, { entrant_id: 'b' }]],
    ['derivatives', [{ entrant_id: 'a', picks: [1, 2] }, { entrant_id: 'b' }]],
    ['video_channels', ['Live1', 'Live2']],
    ['flucs', [2, 3]],
  ])('is the same whatever the order of %s', (name, list) => {
    expect(currentDigest(columns, { [name]: list.toReversed() })).toBe(
      currentDigest(columns, { [name]: list }),
    );
    expect(currentDigest(columns, { [name]: list.slice(1) })).not.toBe(
      currentDigest(columns, { [name]: list }),
    );
  });

  it('is the same whatever the order of dated prices', () => {
    const dated = (last_six: unknown[]) => currentDigest(columns, { flucs_with_timestamp: { last_six } });
    expect(dated([{ fluc: 2 }, { fluc: 3 }])).toBe(dated([{ fluc: 3 }, { fluc: 2 }]));
  });

  it('is another where a value, a name, a type or the order of another list is another', () => {
    const digests = [
      currentDigest(columns, {}),
      currentDigest({ ...columns, barrier: 4 }, {}),
      currentDigest({ ...columns, barrier: '3' }, {}),
      currentDigest({ ...columns, jockey: '' }, {}),
      currentDigest(columns, { jockey: null }),
      currentDigest(columns, { quaddie: [5, 6, 7, 8] }),
      currentDigest(columns, { quaddie: [8, 7, 6, 5] }),
    ];
    expect(new Set(digests).size).toBe(digests.length);
  });
});

describe('what stands for results', () => {
  const [won, placed] = [
    { position: 1, name: 'Ka Pai' },
    { position: 2, name: 'Kia Ora' },
  ];

  it('is the same in any order and any case of the status', () => {
    expect(resultDigest('FINAL ', [{ name: 'Kia Ora', position: 2 }, won], [])).toBe(
      resultDigest('Final', [won, placed], []),
    );
  });

  it('is another where the status, a placing or a dividend is another', () => {
    const digests = [
      resultDigest('Final', [won, placed], []),
      resultDigest('Interim', [won, placed], []),
      resultDigest('Final', [won], []),
      resultDigest('Final', [], [won, placed]),
      resultDigest('Final', [won, { ...placed, position: 1 }], []),
    ];
    expect(new Set(digests).size).toBe(digests.length);
  });
});

it('a pool is its product and its legs', () => {
  const keys = [poolKey('Win', null), poolKey('Treble', '[[1,2,3]]'), poolKey('Treble', '[[4,5,6]]')];
  expect(new Set(keys).size).toBe(3);
});

it('a status is known in any case, and every other is taken for a live one', () => {
  const served = ['Open', 'CLOSED', 'interim', ' Final ', 'aBANDONED', '', 'Photo'];
  expect(served.map(raceStatus)).toEqual([
    'open',
    'closed',
    'interim',
    'final',
    'abandoned',
    'unknown',
    'unknown',
  ]);
  expect(served.map((status) => hasEnded(raceStatus(status)))).toEqual([
    false,
    false,
    false,
    true,
    true,
    false,
    false,
  ]);
});
