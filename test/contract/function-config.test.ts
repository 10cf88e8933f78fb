import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ProjectKeyScopes, Runtime } from 'node-appwrite';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import build from '../../functions/daily-import/rolldown.config.ts';
import { limitsOf } from '../../functions/daily-import/limits.ts';
import { readFunctionSettings } from '../../functions/daily-import/settings.ts';
import { UsageError } from '../../src/app/errors.ts';
import { root } from '../support/process.ts';

/** As the Appwrite CLI reads it: it refuses what it does not know. */
const configuration = z.strictObject({
  projectId: z.string(),
  functions: z.tuple([
    z.strictObject({
      $id: z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,35}$/),
      name: z.string().max(128),
      runtime: z.enum(Runtime),
      path: z.string(),
      entrypoint: z.string(),
      commands: z.string(),
      execute: z.array(z.string()),
      events: z.array(z.string()),
      scopes: z.array(z.enum(ProjectKeyScopes)),
      schedule: z.string(),
      timeout: z.int().min(1).max(900),
      enabled: z.boolean(),
      logging: z.boolean(),
      vars: z.record(z.string(), z.literal('')),
    }),
  ]),
});

const { functions } = configuration.parse(
  JSON.parse(readFileSync(join(root, 'appwrite.config.json'), 'utf8')) as unknown,
);
const [daily] = functions;

describe('the configuration of the function', () => {
  it('runs it every day at 00:00 UTC, by nobody else, with no more than it needs', () => {
    expect(daily).toMatchObject({
      schedule: '0 0 * * *',
      execute: [],
      events: [],
      scopes: ['rows.read', 'rows.write'],
      enabled: true,
      logging: true,
    });
  });

  it('names the file that is built, for which nothing has to be installed', () => {
    const { output } = build as { output: { dir: string; entryFileNames: string } };
    expect(output.dir).toBe(join(root, daily.path));
    expect(output.entryFileNames.replace('[name]', 'index')).toBe(daily.entrypoint);
    expect(daily.commands).toBe('');
    expect(existsSync(join(root, daily.path, '..', 'index.ts'))).toBe(true);
  });

  it('names the variables without which it does not start', () => {
    const key = 'standard_key';
    const runtime = {
      APPWRITE_FUNCTION_API_ENDPOINT: 'https://appwrite.example/v1',
      APPWRITE_FUNCTION_PROJECT_ID: 'racing',
    };
    const given = {
      TAB_FROM: 'a@b.example',
      TAB_PARTNER: 'Somebody',
      TAB_PARTNER_ID: '1',
      APPWRITE_DATABASE_ID: 'db',
    };
    expect(Object.keys(daily.vars).sort()).toEqual(Object.keys(given).sort());
    const settings = readFunctionSettings({ ...runtime, ...given }, key);
    expect(settings.timeoutMs).toBe(daily.timeout * 1000);
    expect(settings.appwrite.access).toMatchObject({
      endpoint: 'https://appwrite.example/v1',
      projectId: 'racing',
    });
    for (const name of Object.keys(given)) {
      expect(() => readFunctionSettings({ ...runtime, ...given, [name]: '' }, key)).toThrow(UsageError);
    }
  });

  it('lets an address that is reached from inside take the place of the one that is told', () => {
    const { appwrite } = readFunctionSettings(
      {
        ...{
          TAB_FROM: 'a@b.example',
          TAB_PARTNER: 'Somebody',
          TAB_PARTNER_ID: '1',
          APPWRITE_DATABASE_ID: 'db',
        },
        APPWRITE_FUNCTION_API_ENDPOINT: 'https://localhost/v1',
        APPWRITE_FUNCTION_PROJECT_ID: 'racing',
        APPWRITE_ENDPOINT: 'http://appwrite/v1',
        APPWRITE_INSECURE: 'yes',
        // Of no use here: the key comes with the request.
        APPWRITE_API_KEY: 'standard_other',
      },
      'dynamic_key',
    );
    expect(appwrite.access.endpoint).toBe('http://appwrite/v1');
    expect(appwrite.access.key.reveal()).toBe('dynamic_key');
  });
});

describe('the time of an execution', () => {
  it('is divided so that delivery and the end have their share', () => {
    expect(limitsOf(900_000)).toEqual({
      readBackMs: 300_000,
      importMs: 780_000,
      deliverMs: 890_000,
      answerMs: 898_000,
    });
    for (const timeoutMs of [5_000, 15_000, 30_001, 60_000, 300_000, 900_000]) {
      const { readBackMs, importMs, deliverMs, answerMs } = limitsOf(timeoutMs);
      const inOrder = [readBackMs, importMs, deliverMs, answerMs, timeoutMs];
      expect(Number.isInteger(readBackMs)).toBe(true);
      expect(inOrder).toEqual(inOrder.toSorted((a, b) => a - b));
    }
  });
});
