import { monitorEventLoopDelay } from 'node:perf_hooks';

/*
 * Loaded into a recorder before itself, it answers the benchmark that started it: what it has used of the processor,
 * how late its event loop was since the last answer, and, after a collection of all garbage, what is in memory.
 */

/** What a recorder answers. */
export interface Vitals {
  /** Milliseconds of all threads since the start. */
  readonly cpuMs: number;
  readonly loopP99Ms: number;
  /** Bytes of its heap and what hangs on it outside; null when that was not asked for. */
  readonly heap: number | null;
  readonly rss: number;
}

const delays = monitorEventLoopDelay({ resolution: 5 });
delays.enable();

process.on('message', (collect: boolean) => {
  const { user, system } = process.cpuUsage();
  const loopP99Ms = delays.percentile(99) / 1e6;
  delays.reset();
  if (collect) for (let times = 0; times < 3; times++) globalThis.gc?.();
  const { heapUsed, external, rss } = process.memoryUsage();
  const heap = collect ? heapUsed + external : null;
  process.send?.({ cpuMs: (user + system) / 1000, loopP99Ms, heap, rss } satisfies Vitals);
});
// Nothing here keeps it alive, and it ends with the benchmark whatever ends that.
process.channel?.unref();
process.once('disconnect', () => {
  process.kill(process.pid, 'SIGTERM');
});
