import config from '../../appwrite.config.json' with { type: 'json' };
import type { AppwriteSettings } from '../../src/app/settings/appwrite-settings.ts';
import type { Environment } from '../../src/app/settings/environment.ts';
import { UsageError } from '../../src/app/errors.ts';
import { SettingsReader } from '../../src/app/settings/settings-reader.ts';
import { readSettings } from '../../src/app/settings/settings.ts';
import type { Settings } from '../../src/app/settings/settings.ts';

export interface FunctionSettings extends Settings {
  readonly appwrite: AppwriteSettings;
  /** Milliseconds after which the runtime ends an execution. */
  readonly timeoutMs: number;
}

const [{ timeout }] = config.functions as [(typeof config.functions)[number]];

/**
 * The settings of an execution: those of the container as the function's variables, Appwrite's address and project
 * as the runtime tells them, and the key that it makes for each execution.
 *
 * @param key header `x-appwrite-key` of the request
 * @throws UsageError with one sentence for each that is wrong
 */
export function readFunctionSettings(variables: Environment, key: string | undefined): FunctionSettings {
  if (!key) {
    throw new UsageError([
      'The request has no x-appwrite-key: give the function the scopes rows.read and rows.write.',
    ]);
  }
  const reader = new SettingsReader(variables);
  const settings = readSettings(
    {
      ...variables,
      // A server of one's own is not always reached from inside by the address that it announces.
      APPWRITE_ENDPOINT: reader.text('APPWRITE_ENDPOINT') ?? variables.APPWRITE_FUNCTION_API_ENDPOINT,
      APPWRITE_PROJECT_ID: variables.APPWRITE_FUNCTION_PROJECT_ID,
      APPWRITE_API_KEY: key,
      APPWRITE_API_KEY_FILE: undefined,
    },
    // The runtime sets some: of the function, its deployment and its machine.
    { foreign: /^APPWRITE_/ },
  );
  const timeoutMs = reader.number('ODDSTREAM_FUNCTION_TIMEOUT', timeout, 5, 86_400) * 1000;
  const problems = [...reader.problems];
  const { appwrite } = settings;
  if (settings.identity === null) {
    problems.push(
      'TAB_FROM, TAB_PARTNER and TAB_PARTNER_ID are not set: the function imports from the feed alone.',
    );
  }
  if (appwrite === null || problems.length > 0) throw new UsageError(problems);
  return { ...settings, appwrite, timeoutMs };
}
