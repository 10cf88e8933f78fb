import { parseArgs } from 'node:util';
import { startSimulatorServer } from '../../src/sources/simulator/server.ts';

/**
 * Runs a simulator as a process of its own from a given simulated time on, and prints one line of JSON when it
 * listens: `node test/support/sink-simulator.ts --from 2026-02-28T00:00:00Z --seed N --races N --speed X`.
 */
const { values } = parseArgs({
  options: {
    from: { type: 'string' },
    seed: { type: 'string', default: '1' },
    races: { type: 'string', default: '50' },
    speed: { type: 'string', default: '60' },
  },
});

const real = Date.now();
const server = await startSimulatorServer({
  seed: Number(values.seed),
  racesPerDay: Number(values.races),
  speed: Number(values.speed),
  port: 0,
  origin: { real, simulated: values.from === undefined ? real : Date.parse(values.from) },
});
console.log(JSON.stringify({ url: server.url }));
