import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const ROOT = new URL('../../../', import.meta.url);
const run = promisify(execFile);

/** Runs the real `oddstream replay` on these files into a journal; rejects when it fails. */
export async function replay(files: string[], dbFile: string): Promise<void> {
  await run(process.execPath, ['src/main.ts', 'replay', ...files, '--db', dbFile], {
    cwd: ROOT,
    maxBuffer: 2 ** 28,
  });
}
