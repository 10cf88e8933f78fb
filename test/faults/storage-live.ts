import { execFileSync } from 'node:child_process';
import { chmodSync, closeSync, mkdirSync, openSync, rmSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { fetchLedger, judge } from '../support/judge.ts';
import { temporaryDirectory } from '../support/process.ts';
import type { FaultRow } from './part.ts';
import { startFeed, startRecorder } from './storage-recorder.ts';
import type { Recorder, RecorderSetting } from './storage-recorder.ts';

/** A fault of the disk while a recorder writes to it. */
export interface DiskFault {
  readonly name: string;
  /**
   * Prepares a directory for the journal.
   * @returns why that is not possible here, or how it goes on
   */
  readonly prepare: (directory: string) => string | PreparedFault;
}

interface PreparedFault {
  readonly setting: RecorderSetting;
  readonly begin: () => void;
  readonly end: () => void;
  readonly clean: () => void;
}

/** A file system of a few megabytes that something else fills. */
export const fullDisk: DiskFault = {
  name: 'full disk',
  prepare: (directory) => {
    const failed = command('mount', '-t', 'tmpfs', '-o', 'size=96m', 'tmpfs', directory);
    if (failed !== null) return `no file system can be mounted (${failed})`;
    const ballast = join(directory, 'ballast');
    return {
      setting: {},
      begin: () => {
        fill(ballast);
      },
      end: () => {
        rmSync(ballast);
      },
      clean: () => void command('umount', directory),
    };
  },
};

function fill(file: string): void {
  const ballast = openSync(file, 'w');
  for (let size = 1_048_576; size >= 1;) {
    try {
      writeSync(ballast, Buffer.alloc(size));
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'ENOSPC')) throw error;
      size /= 2;
    }
  }
  closeSync(ballast);
}

/** Writes to the journal's files that fail while another file is there. */
export const failingWrites: DiskFault = {
  name: 'writes that fail (EIO)',
  prepare: (directory) => {
    const [source, library, flag] = ['eio.c', 'eio.so', 'flag'].map((name) => join(directory, name)) as [
      string,
      string,
      string,
    ];
    writeFileSync(source, shim);
    const failed = command('gcc', '-shared', '-fPIC', '-O1', '-o', library, source, '-ldl');
    if (failed !== null) return `nothing can be compiled (${failed})`;
    return {
      setting: { env: { LD_PRELOAD: library, EIO_FLAG: flag, EIO_FILES: join(directory, 'journal') } },
      begin: () => {
        writeFileSync(flag, '');
      },
      end: () => {
        rmSync(flag);
      },
      clean: () => undefined,
    };
  },
};

const shim = `#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <unistd.h>
static int fails(int fd) {
  const char *flag = getenv("EIO_FLAG"), *files = getenv("EIO_FILES");
  char link[64], path[4096];
  if (!flag || !files || access(flag, F_OK) != 0) return 0;
  snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
  ssize_t n = readlink(link, path, sizeof path - 1);
  if (n < 0) return 0;
  path[n] = 0;
  if (strncmp(path, files, strlen(files)) != 0) return 0;
  errno = EIO;
  return 1;
}
#define REAL(type, name, ...) ((type (*)(__VA_ARGS__)) dlsym(RTLD_NEXT, #name))
ssize_t write(int fd, const void *b, size_t n) { return fails(fd) ? -1 : REAL(ssize_t, write, int, const void *, size_t)(fd, b, n); }
ssize_t pwrite(int fd, const void *b, size_t n, off_t o) { return fails(fd) ? -1 : REAL(ssize_t, pwrite, int, const void *, size_t, off_t)(fd, b, n, o); }
ssize_t pwrite64(int fd, const void *b, size_t n, off64_t o) { return fails(fd) ? -1 : REAL(ssize_t, pwrite64, int, const void *, size_t, off64_t)(fd, b, n, o); }
int fsync(int fd) { return fails(fd) ? -1 : REAL(int, fsync, int)(fd); }
int fdatasync(int fd) { return fails(fd) ? -1 : REAL(int, fdatasync, int)(fd); }
`;

const nobody = 65_534;

/** The right to use the journal and its directory is taken away from a recorder that has them open. */
export const noPermission: DiskFault = {
  name: 'permission taken away',
  prepare: (directory) => {
    if (process.getuid?.() !== 0) return 'only root can start a recorder as somebody else';
    const own = join(directory, 'journal.d');
    mkdirSync(own, { mode: 0o777 });
    chmodSync(own, 0o777);
    chmodSync(directory, 0o755);
    return {
      setting: { uid: nobody },
      begin: () => {
        for (const part of ['', '-wal', '-shm']) chmodSync(join(own, `j.db${part}`), 0);
        chmodSync(own, 0o555);
      },
      end: () => {
        chmodSync(own, 0o777);
        for (const part of ['', '-wal', '-shm']) {
          command('chmod', '-f', '600', join(own, `j.db${part}`));
        }
      },
      clean: () => undefined,
    };
  },
};

/** Polls that are let through before a fault, and commits that fail, or polls that go on, in it. */
const pollsBefore = 60;
const hitsInIt = 20;

/**
 * Records, lets the disk fail for a while and be well again, stops, starts once more, and judges by the feed's ledger.
 * @returns why it cannot be done here, or what came of it
 */
export async function diskFault(fault: DiskFault, seed: number): Promise<string | FaultRow> {
  const directory = temporaryDirectory();
  const prepared = fault.prepare(directory.path);
  if (typeof prepared === 'string') {
    directory.remove();
    return prepared;
  }
  const db = join(directory.path, prepared.setting.uid === undefined ? 'journal' : 'journal.d', 'j.db');
  const feed = await startFeed(seed);
  const recorder = startRecorder(feed.url, db, prepared.setting);
  try {
    return await faulty(fault, prepared, recorder, feed.url, db);
  } finally {
    await recorder.end('SIGKILL');
    await feed.stop();
    prepared.clean();
    directory.remove();
  }
}

async function faulty(
  { name }: DiskFault,
  fault: PreparedFault,
  recorder: Recorder,
  url: string,
  db: string,
): Promise<FaultRow> {
  const problems: string[] = [];
  await recorder.logs('poll.changed', pollsBefore);
  fault.begin();
  const costsPolls = fault.setting.uid === undefined;
  await recorder.logs(costsPolls ? 'journal.failed' : 'poll.changed', hitsInIt);
  if (!costsPolls) {
    const { stderr } = await startRecorder(url, db, fault.setting).end();
    if (!/^oddstream: [^\n]+j\.db[^\n]+\.\n$/.test(stderr))
      problems.push(`another start was told: ${stderr}`);
  }
  fault.end();
  await recorder.logs('poll.changed', pollsBefore);
  const { code, stderr } = await recorder.end('SIGTERM');
  if (code !== 0 || stderr !== '') problems.push(`it ended with ${code}: ${stderr}`);
  const again = startRecorder(url, db, fault.setting);
  await again.logs('poll.changed', 5);
  await again.end('SIGTERM');
  const gaps = countGaps(db);
  if (costsPolls && gaps === 0) problems.push('no gap tells of the polls that it cost');
  const { lost, duplicated, untrue, stale } = judge(await fetchLedger(url), db);
  const met = costsPolls ? recorder.count('journal.failed') : hitsInIt;
  problems.push(...[...lost, ...duplicated, ...untrue, ...stale].slice(0, 5));
  return {
    name: `storage: ${name}`,
    seeds: 1,
    injected: 1,
    met: met > 0 ? 1 : 0,
    lost: lost.length,
    duplicated: duplicated.length,
    untrue: untrue.length,
    stale: stale.length,
    unknown: met > 0 ? 0 : 1,
    problems,
  };
}

function countGaps(db: string): number {
  const journal = new DatabaseSync(db, { readOnly: true });
  try {
    return Number(journal.prepare("SELECT count(*) AS n FROM gaps WHERE reason = 'journal'").get()?.n);
  } finally {
    journal.close();
  }
}

/** @returns why it failed */
function command(name: string, ...args: string[]): string | null {
  try {
    execFileSync(name, args, { stdio: 'pipe' });
    return null;
  } catch (error) {
    return error instanceof Error ? (error.message.split('\n')[0] ?? error.name) : String(error);
  }
}
