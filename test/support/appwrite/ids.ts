import { randomBytes } from 'node:crypto';

/** An id as Appwrite makes them: 20 hex digits. */
export function uniqueId(): string {
  return randomBytes(10).toString('hex');
}
