import { z } from 'zod';

/** One sentence that says what was wrong. */
export const failure = z
  .object({ status: z.int(), error: z.string() })
  .meta({ id: 'Failure', description: 'What went wrong, in one sentence.' });
export type Failure = z.infer<typeof failure>;
