import { describe, expect, it } from 'vitest';
import { tables } from '../../src/domain/tables.ts';
import type { TableName } from '../../src/domain/tables.ts';
import type { Json, JsonObject } from '../support/snapshots.ts';
import { readFields } from '../support/snapshots-fields.ts';
import { partOf, reached, readSchemas } from '../support/snapshots-openapi.ts';
import type { Schema } from '../support/snapshots-openapi.ts';
import { listingsOf, missingNote, recordedEvents } from '../support/snapshots-recorded.ts';

const fields = readFields();
const schemas = readSchemas();
const beyond = 'Not in the document';

describe('docs/fields.md', () => {
  it('names only columns that the tables have', () => {
    const columns = [...fields.values()].flatMap((section) =>
      [...section.values()].flatMap((place) => place.columns),
    );
    expect(columns.length).toBeGreaterThan(200);
    for (const column of new Set(columns)) {
      const [table = '', name = ''] = column.split('.');
      expect(Object.keys(tables), column).toContain(table);
      expect(Object.keys(tables[table as TableName].columns), column).toContain(name);
    }
  });

  it('says why a property is not kept, and has a table for every part', () => {
    for (const [schema, section] of fields) {
      for (const [property, { columns, part, note }] of section) {
        if (part !== null) expect([...fields.keys()], `${schema}.${property}`).toContain(part);
        else if (columns.length === 0) expect(note, `${schema}.${property}`).not.toBe('');
      }
    }
  });
});

describe.skipIf(schemas === null)(`the OpenAPI document${schemas === null ? missingNote : ''}`, () => {
  const named = schemas ?? new Map<string, Schema>();
  const read = [...reached(named, 'EventRaceDetails'), ...reached(named, 'MeetingData')];

  it.each(read)('%s: every property is in the tables, and no other that is not marked', (schema) => {
    const section = fields.get(schema);
    const documented = Object.keys(named.get(schema)?.properties ?? {});
    const marked = [...(section ?? [])]
      .filter(([, { note }]) => note.startsWith(beyond))
      .map(([name]) => name);
    expect(new Set(section?.keys())).toEqual(new Set([...documented, ...marked]));
    for (const name of marked) expect(documented).not.toContain(name);
  });

  it('has no schema in the tables that it does not have itself', () => {
    const others = ['Envelope', 'Parts kept whole'];
    expect([...fields.keys()].filter((schema) => !others.includes(schema)).toSorted()).toEqual(
      [...new Set(read)].toSorted(),
    );
  });

  it('has every property of a part kept whole where that part is', () => {
    const whole = new Map<string, Set<string>>();
    for (const schema of read) {
      for (const [name, property] of Object.entries(named.get(schema)?.properties ?? {})) {
        const place = fields.get(schema)?.get(name);
        const part = partOf(property);
        if (part === null || place?.part !== null) continue;
        for (const inside of reached(named, part)) {
          whole.set(inside, new Set([...(whole.get(inside) ?? []), ...place.columns]));
        }
      }
    }
    const headings = [...fields.keys()];
    for (const schema of headings.slice(headings.indexOf('Parts kept whole') + 1)) {
      for (const [name, { columns }] of fields.get(schema) ?? []) {
        expect(columns.length, `${schema}.${name}`).toBeGreaterThan(0);
        expect([...(whole.get(schema) ?? [])], `${schema}.${name}`).toEqual(
          expect.arrayContaining([...columns]),
        );
      }
    }
  });
});

/** Properties of what was served that the tables do not have. */
function unaccounted(value: Json | undefined, schema: string): string[] {
  if (Array.isArray(value)) return [...new Set(value.flatMap((item) => unaccounted(item, schema)))];
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, member]) => {
    const place = fields.get(schema)?.get(name);
    if (place === undefined) return [`${schema}.${name}`];
    return place.part === null ? [] : unaccounted(member, place.part);
  });
}

const events = recordedEvents();

describe.each(events)('$title', ({ missing, responses }) => {
  it.skipIf(missing)('has no property that is not in the tables', () => {
    expect(responses.length).toBeGreaterThan(0);
    const bodies = responses.map(({ data }) => data);
    expect(unaccounted(bodies, 'EventRaceDetails')).toEqual([]);
  });
});

const listings = ['tab-nz/meetings', 'tab-nz/meeting-by-id'].map(listingsOf);

describe.each(listings)('$title', ({ missing, responses }) => {
  it.skipIf(missing)('has no property that is not in the tables', () => {
    const meetings = responses.flatMap(({ data }) => (data as { meetings: JsonObject[] }).meetings);
    expect(meetings.length).toBeGreaterThan(0);
    expect(unaccounted(meetings, 'MeetingData')).toEqual([]);
  });
});
