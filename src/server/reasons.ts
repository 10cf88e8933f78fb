import { feedFaults } from '../domain/source.ts';

/** Why a poll can have failed. */
export const pollFaults = [...feedFaults, 'journal'] as const;

/** Why a gap can be there. */
export const gapReasons = [...pollFaults, 'late', 'stopped', 'fluctuations_overflowed'] as const;
