import { parseEnv } from 'node:util';
import { UsageError } from '../errors.ts';
import { SmallFileError, readSmallFile } from './small-file.ts';

/** Variables by name, such as those of the process. */
export type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Returns the environment, with `.env` of the working directory for what it does not set itself.
 * @throws UsageError when `.env` is there and cannot be read
 */
export function loadEnvironment(): Environment {
  for (const [name, value] of Object.entries(readEnvFile())) process.env[name] ??= value;
  return process.env;
}

function readEnvFile(): Environment {
  try {
    return parseEnv(readSmallFile('.env'));
  } catch (error) {
    if (!(error instanceof SmallFileError)) throw error;
    if (error.code === 'ENOENT') return {};
    throw new UsageError([
      `.env ${error.message}: it must be a file of settings, up to 64 KB, or not be there.`,
    ]);
  }
}
