import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import type { Server } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SmallFileError, readSmallFile } from '../../src/app/settings/small-file.ts';
import { oddstream, temporaryDirectory } from '../support/process.ts';

const directory = temporaryDirectory();
const file = (name: string): string => join(directory.path, name);
let socket: Server;

beforeAll(async () => {
  execFileSync('mkfifo', [file('pipe')]);
  mkdirSync(file('directory'));
  writeFileSync(file('huge'), 'x'.repeat(64 * 1024 + 1));
  writeFileSync(file('full'), 'x'.repeat(64 * 1024));
  writeFileSync(file('latin1'), Buffer.from([0x4d, 0xfc, 0x6c]));
  writeFileSync(file('marked'), '\u{feff}TAB_FROM=x');
  symlinkSync(file('pipe'), file('link-to-pipe'));
  symlinkSync(file('none'), file('dangling'));
  socket = createServer().listen(file('socket'));
  await new Promise((resolve) => socket.once('listening', resolve));
});

afterAll(() => {
  socket.close();
  directory.remove();
});

/** What is no small file, and the end of the sentence that says so. */
const unusable = [
  ['pipe', /^is a named pipe, not a regular file$/],
  ['link-to-pipe', /^is a named pipe, not a regular file$/],
  ['directory', /^is a directory, not a regular file$/],
  ['/dev/zero', /^is a device or a socket, not a regular file$/],
  ['/dev/null', /^is a device or a socket, not a regular file$/],
  ['socket', /^cannot be read \(ENXIO\)$/],
  ['huge', /^has more than 64 KB$/],
  ['latin1', /^is not a text in UTF-8$/],
  ['none', /^does not exist$/],
  ['dangling', /^does not exist$/],
  ['full/below', /^cannot be read \(ENOTDIR\)$/],
  ['with\0nul', /^cannot be read \(ERR_INVALID_ARG_VALUE\)$/],
] as const;

const pathOf = (name: string): string => (name.startsWith('/') ? name : file(name));

describe('a small file', () => {
  it.each(unusable)('%s is none', (name, reason) => {
    let error: unknown;
    try {
      readSmallFile(pathOf(name));
    } catch (thrown) {
      error = thrown;
    }
    expect(error).toBeInstanceOf(SmallFileError);
    expect((error as SmallFileError).message).toMatch(reason);
  });

  it('is read to its last byte, without a byte order mark', () => {
    expect(readSmallFile(file('full'))).toBe('x'.repeat(64 * 1024));
    expect(readSmallFile(file('marked'))).toBe('TAB_FROM=x');
    expect(readSmallFile('/proc/self/status')).toContain('Pid:');
  });
});

describe('the start', () => {
  it.each(['pipe', '/dev/zero', 'huge', 'directory', 'none'])(
    'ends at once, with a sentence for each setting that names %s',
    async (name) => {
      const path = pathOf(name);
      const env = {
        TAB_FROM_FILE: path,
        TAB_PARTNER: 'Somebody',
        TAB_PARTNER_ID_FILE: path,
        ODDSTREAM_CADENCE: path,
        APPWRITE_API_KEY_FILE: path,
      };
      const { code, stdout, stderr } = await oddstream(['run'], { cwd: directory.path, env });
      expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
      const lines = stderr.trim().split('\n');
      for (const setting of Object.keys(env).filter((one) => one !== 'TAB_PARTNER')) {
        expect(
          lines.filter((line) => line.startsWith(`oddstream: ${setting} names a file that `)),
        ).toHaveLength(1);
      }
    },
  );

  it.each([
    ['pipe', 'run'],
    ['zero', 'import'],
    ['huge', 'verify'],
    ['directory', 'schema plan'],
  ])('ends at once where .env is a %s: %s', async (kind, command) => {
    const cwd = mkdtempSync(join(directory.path, 'env-'));
    if (kind === 'pipe') execFileSync('mkfifo', [join(cwd, '.env')]);
    if (kind === 'zero') symlinkSync('/dev/zero', join(cwd, '.env'));
    if (kind === 'huge') writeFileSync(join(cwd, '.env'), `# ${'x'.repeat(70_000)}\n`);
    if (kind === 'directory') mkdirSync(join(cwd, '.env'));
    const { code, stderr } = await oddstream(command.split(' '), { cwd });
    expect(code).toBe(2);
    expect(stderr).toMatch(/^oddstream: \.env (is|has) [^\n]+\n$/);
    rmSync(cwd, { recursive: true });
  });

  it('reads .env for what the environment does not set, and checks its names too', async () => {
    const cwd = mkdtempSync(join(directory.path, 'env-'));
    writeFileSync(
      join(cwd, '.env'),
      'ODDSTREAM_COUNTRY=NZ\nODDSTREAM_COUNTRIES=AU\nODDSTREAM_CATEGORIES=X\n',
    );
    const { code, stderr } = await oddstream(['run'], { cwd, env: { ODDSTREAM_CATEGORIES: 'T' } });
    expect(code).toBe(2);
    expect(stderr.trim().split('\n')).toEqual([
      expect.stringMatching(/ODDSTREAM_COUNTRIES: "AU" .* writes AUS\.$/),
      expect.stringMatching(/ODDSTREAM_COUNTRY is not a setting; the nearest is ODDSTREAM_COUNTRIES\.$/),
    ]);
  });
});
