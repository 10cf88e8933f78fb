import { writeFileSync } from 'node:fs';
import { monitorEventLoopDelay } from 'node:perf_hooks';

/*
 * Loaded into the recorder before itself, it measures how late the event loop is, from LOAD_WARM_UP_MS on, and
 * writes that to the file LOAD_DELAYS when the process ends. The resolution is part of every figure.
 */

const { LOAD_DELAYS: file = '', LOAD_WARM_UP_MS: warmUpMs = '0' } = process.env;

const delays = monitorEventLoopDelay({ resolution: 5 });
delays.enable();
setTimeout(() => {
  delays.reset();
}, Number(warmUpMs)).unref();

process.once('exit', () => {
  const ms = (nanoseconds: number): number => nanoseconds / 1e6;
  const told = { count: delays.count, p50: ms(delays.percentile(50)), p99: ms(delays.percentile(99)) };
  writeFileSync(file, JSON.stringify({ ...told, max: ms(delays.max) }));
});
