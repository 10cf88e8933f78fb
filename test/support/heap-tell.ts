import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/*
 * Loaded into the recorder before itself: at SIGUSR2 it collects garbage and tells on standard output how many bytes
 * are in use all the same. What a process has of the machine's memory says more of when it last collected.
 */

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;
let times = 0;

process.on('SIGUSR2', () => {
  collect();
  const { heapUsed, external } = process.memoryUsage();
  process.stdout.write(`heap ${++times}: ${heapUsed + external}\n`);
});
