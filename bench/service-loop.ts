// The floor: requests, gunzip, JSON.parse, and nothing kept: node bench/service-loop.ts URL CONNECTIONS PATH…
import { setTimeout as wait } from 'node:timers/promises';
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import { Pool } from 'undici';

const [url = '', connections = '', ...paths] = process.argv.slice(2);
const pool = new Pool(url, { connections: Number(connections), pipelining: 1, keepAliveTimeout: 30_000 });
const unzip = promisify<Buffer, { chunkSize: number }, Buffer>(gunzip);
let turn = 0;

async function work(): Promise<never> {
  for (;;) {
    const path = paths[turn++ % paths.length] ?? '/';
    const { statusCode, body } = await pool.request({
      method: 'GET',
      path,
      headers: { accept: 'application/json', 'accept-encoding': 'gzip' },
    });
    if (statusCode !== 200) throw new Error(`GET ${path} was answered ${statusCode}.`);
    const zipped = Buffer.from(await body.arrayBuffer());
    // As in the recorder: the default costs three times the CPU, and a gzip file ends with its size.
    const chunkSize = Math.min(zipped.readUInt32LE(zipped.length - 4) + 1_024, 262_144);
    const text = await unzip(zipped, { chunkSize });
    JSON.parse(text.toString('utf8'));
  }
}

// Without this a loop that fails would end in silence, as it is never awaited to its end.
await Promise.race([Promise.all(Array.from({ length: Number(connections) }, work)), wait(600_000)]);
