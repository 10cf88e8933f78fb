import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import type { Json } from './json.ts';

export interface RecordedLine {
  receivedAt: string;
  url: string;
  status: number;
  body: Json;
}

export function readRecording(file: string): RecordedLine[] {
  return gunzipSync(readFileSync(file))
    .toString('utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as RecordedLine);
}
