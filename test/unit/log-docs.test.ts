import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { levelOf } from '../../src/app/log/logger.ts';
import { logEvents } from '../../src/domain/log-events.ts';
import type { LogEventName } from '../../src/domain/log-events.ts';

interface Described {
  readonly level: string;
  readonly fields: readonly string[];
}

/** The table of docs/logs.md. */
function describedEvents(): Map<string, Described> {
  const text = readFileSync(new URL('../../docs/logs.md', import.meta.url), 'utf8');
  const events = new Map<string, Described>();
  for (const line of text.split('\n')) {
    const [, event, level = '', fields = ''] =
      /^\| `([a-z_]+\.[a-z_]+)` +\| (\w+) +\| ([^|]*)\|/.exec(line) ?? [];
    if (event !== undefined)
      events.set(event, { level, fields: [...fields.matchAll(/`(\w+)`/g)].map(([, name]) => name ?? '') });
  }
  return events;
}

describe('docs/logs.md', () => {
  const described = describedEvents();

  it('describes every event, and no other', () => {
    expect([...described.keys()].toSorted()).toEqual(Object.keys(logEvents).toSorted());
  });

  it.each(Object.keys(logEvents) as LogEventName[])('names the level and the fields of %s', (event) => {
    const fields = Object.keys(logEvents[event].shape);
    const { level, fields: named = [] } = described.get(event) ?? {};
    expect({ level, fields: named.toSorted() }).toEqual({ level: levelOf(event), fields: fields.toSorted() });
    expect(described.get(event)?.fields).toHaveLength(fields.length);
  });
});
