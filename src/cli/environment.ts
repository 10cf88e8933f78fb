import { existsSync } from 'node:fs';
import { UsageError } from './errors.ts';

/**
 * The environment, with `.env` of the working directory for what it does not set itself.
 * @throws UsageError when `.env` is there and cannot be read
 */
export function loadEnvironment(): NodeJS.ProcessEnv {
  if (existsSync('.env')) {
    try {
      process.loadEnvFile('.env');
    } catch (error) {
      const code = error instanceof Error && 'code' in error ? String(error.code) : 'unreadable';
      throw new UsageError([`.env cannot be read (${code}): make it readable or take it away.`]);
    }
  }
  return process.env;
}
