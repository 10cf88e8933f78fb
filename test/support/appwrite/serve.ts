import { parseArgs } from 'node:util';
import { startAppwrite, type AppwriteOptions } from './standin.ts';

/**
 * Runs the stand-in as a process of its own and prints one line of JSON when it listens:
 * `node test/support/appwrite/serve.ts [--port N] [--project ID] [--key KEY] [--file FILE] [--rows N]
 * [--processing MS]`. SIGINT and SIGTERM end it.
 */
const { values } = parseArgs({
  options: {
    port: { type: 'string' },
    project: { type: 'string' },
    key: { type: 'string' },
    file: { type: 'string' },
    rows: { type: 'string' },
    processing: { type: 'string' },
  },
});

const given: Record<keyof AppwriteOptions, string | number | undefined> = {
  port: values.port === undefined ? undefined : Number(values.port),
  projectId: values.project,
  key: values.key,
  file: values.file,
  rowsPerRequest: values.rows === undefined ? undefined : Number(values.rows),
  processingMs: values.processing === undefined ? undefined : Number(values.processing),
  version: undefined,
  bodyLimit: undefined,
  doubleDigits: undefined,
  seed: undefined,
};
const options = Object.fromEntries(
  Object.entries(given).filter(([, value]) => value !== undefined),
) as AppwriteOptions;

const standIn = await startAppwrite(options);
const { endpoint, projectId, key, url, control } = standIn;
console.log(JSON.stringify({ endpoint, projectId, key, url, control }));

for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => {
    void standIn.close().then(() => process.exit(0));
  });
}
