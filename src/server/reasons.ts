import { parts } from '../domain/snapshot.ts';
import { feedFaults } from '../domain/source.ts';

/** Why a poll can have failed. */
export const pollFaults = [...feedFaults, 'journal'] as const;

/** Why a gap can be there. */
export const gapReasons = [
  ...pollFaults,
  ...(['late', 'stopped', 'fluctuations_overflowed'] as const),
  ...parts.map((part) => `${part}_malformed` as const),
] as const;
