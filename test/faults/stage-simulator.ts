import { startSimulatorServer } from '../../src/sources/simulator/server.ts';
import type { SimulatorOptions } from '../../src/sources/simulator/server.ts';

/**
 * A simulated feed as a process of its own, with options that the command line has no words for: the time that it
 * begins at and its faults. `node stage-simulator.ts '{"seed":1,…}'` prints one line of JSON when it listens, and
 * ends with its standard input, so that it outlives nobody.
 */
const options = JSON.parse(process.argv[2] ?? '') as SimulatorOptions;
const { url } = await startSimulatorServer(options);
console.log(JSON.stringify({ url }));
process.stdin.resume().once('end', () => process.exit());
