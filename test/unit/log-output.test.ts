import fs from 'node:fs';
import { join } from 'node:path';
import { PassThrough, Writable } from 'node:stream';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { fileTarget, streamTarget } from '../../src/app/log/line-target.ts';
import { LogOutput } from '../../src/app/log/log-output.ts';
import { createLog } from '../../src/app/log/logger.ts';
import { tapLog } from '../../src/app/log/log-tap.ts';
import type { LogEvent } from '../../src/domain/log-events.ts';
import { temporaryDirectory } from '../support/process.ts';

const line = (number: number): string => `${String(number).padStart(9, '0')}\n`;

/** A reader that takes nothing until it is told to. */
function stoppedReader() {
  let text = '';
  let go: (() => void) | null = null;
  let isOpen = false;
  const stream = new Writable({
    write: (chunk: Buffer, _encoding, done) => {
      const take = (): void => {
        text += chunk.toString();
        done();
      };
      if (isOpen) take();
      else go = take;
    },
  });
  const open = (): void => {
    isOpen = true;
    go?.();
  };
  return { stream, open, lines: () => text.split('\n').slice(0, -1) };
}

function outputTo(stream: Writable, maxWaiting: number): LogOutput {
  const output = new LogOutput((lost, failed) => streamTarget(stream, lost, failed), maxWaiting);
  output.reportBy((lines) => {
    output.write(`${lines} dropped\n`);
  });
  return output;
}

describe('the output of the log', () => {
  it('keeps what fits while nobody reads, drops the rest, and reports that in its place', async () => {
    const { stream, open, lines } = stoppedReader();
    const output = outputTo(stream, 100);
    for (let number = 1; number <= 25; number++) output.write(line(number));
    expect(await output.flush(50)).toBe(false);
    open();
    expect(await output.flush(60_000)).toBe(true);
    output.write(line(26));
    await vi.waitFor(() => {
      expect(lines()).toHaveLength(12);
    });
    const kept = Array.from({ length: 10 }, (_, index) => line(index + 1).trim());
    expect(lines()).toEqual([...kept, '15 dropped', line(26).trim()]);
  });

  it('reports dropped lines when there is room again, though no other line comes', async () => {
    const { stream, open, lines } = stoppedReader();
    const output = outputTo(stream, 100);
    for (let number = 1; number <= 12; number++) output.write(line(number));
    open();
    await vi.waitFor(
      () => {
        expect(lines().at(-1)).toBe('2 dropped');
      },
      { timeout: 30_000 },
    );
  });

  it('counts what a reader that is gone did not take, once, until another one reads', async () => {
    let isGone = true;
    let text = '';
    const pipe = new PassThrough();
    const stream = Object.assign(pipe, {
      write: (chunk: string, done: (error?: Error | null) => void): boolean => {
        setImmediate(() => {
          if (!isGone) text += chunk;
          done(isGone ? new Error('EPIPE') : null);
        });
        return true;
      },
    });
    const output = outputTo(stream, 1_000);
    const counted: number[] = [];
    output.countBy((lines) => counted.push(lines));
    for (let number = 1; number <= 5; number++) output.write(line(number));
    await vi.waitFor(() => {
      expect(counted).toEqual([5]);
    }, 30_000);
    for (let number = 6; number <= 8; number++) output.write(line(number));
    await vi.waitFor(() => {
      expect(counted.reduce((a, b) => a + b)).toBe(8);
    }, 30_000);
    isGone = false;
    await vi.waitFor(() => {
      expect(text).toBe('8 dropped\n');
    }, 30_000);
    output.write(line(9));
    await vi.waitFor(() => {
      expect(text).toBe(`8 dropped\n${line(9)}`);
    });
  });

  it('keeps every line that a full disk refuses, in order, and writes them when there is room', async () => {
    const directory = temporaryDirectory();
    const name = join(directory.path, 'log');
    const fd = fs.openSync(name, 'w');
    onTestFinished(() => {
      vi.restoreAllMocks();
      fs.closeSync(fd);
      directory.remove();
    });
    const full = vi.spyOn(fs, 'write').mockImplementation((...args: unknown[]) => {
      const done = args.at(-1) as (error: Error) => void;
      setImmediate(done, Object.assign(new Error('no space left on device'), { code: 'ENOSPC' }));
    });
    const output = new LogOutput((_lost, failed) => fileTarget(fd, failed), 100);
    output.reportBy((lines) => {
      output.write(`${lines} dropped\n`);
    });
    for (let number = 1; number <= 13; number++) output.write(line(number));
    expect(await output.flush(100)).toBe(false);
    expect(full).toHaveBeenCalled();
    full.mockRestore();
    // Tries under way still fail.
    for (let turn = 0; turn < 3; turn++) await new Promise(setImmediate);
    expect(await output.flush(60_000)).toBe(true);
    const kept = Array.from({ length: 10 }, (_, index) => line(index + 1)).join('');
    expect(fs.readFileSync(name, 'utf8')).toBe(`${kept}3 dropped\n`);
  });

  it('waits at the end for a slow reader, and not for one that is gone', async () => {
    const stream = Object.assign(new PassThrough(), {
      write: (_chunk: string, done: (error: Error) => void): boolean => {
        setImmediate(done, new Error('EPIPE'));
        return true;
      },
    });
    const output = outputTo(stream, 1_000);
    for (let number = 1; number <= 5; number++) output.write(line(number));
    await new Promise(setImmediate);
    expect(await output.flush(3_600_000)).toBe(false);
  });

  it('logs what it dropped as an event, and emits it while it lasts', async () => {
    const { stream, open, lines } = stoppedReader();
    const output = new LogOutput((lost, failed) => streamTarget(stream, lost, failed), 1_000);
    const { log, event$ } = tapLog(
      createLog('info', () => 0, output),
      output,
    );
    const emitted: LogEvent[] = [];
    event$.subscribe({
      next: (event) => emitted.push(event),
      error: (error: unknown) => {
        throw error;
      },
    });
    for (let stall = 1; stall <= 50; stall++) log('loop.stalled', { stall_ms: stall });
    await vi.waitFor(() => {
      expect(emitted.at(-1)?.event).toBe('log.dropped');
    }, 30_000);
    open();
    expect(await output.flush(60_000)).toBe(true);
    const last = JSON.parse(lines().at(-1) ?? '') as { level: string; event: string; lines: number };
    expect(last).toMatchObject({ level: 'warn', event: 'log.dropped' });
    expect(last.lines).toBe(50 - (lines().length - 1));
    expect(emitted.at(-1)?.fields).toEqual({ lines: last.lines });
  });
});
