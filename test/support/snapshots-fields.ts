import { readFileSync } from 'node:fs';

/** Where docs/fields.md says that a served property goes. */
export interface Place {
  /** `table.column`s; empty when it is not kept, or when it is a part with properties of its own. */
  readonly columns: readonly string[];
  /** The schema of a part. */
  readonly part: string | null;
  readonly note: string;
}

/** Properties by name. */
export type Section = ReadonlyMap<string, Place>;

/** The tables and lists of docs/fields.md, by schema. */
export function readFields(): ReadonlyMap<string, Section> {
  const text = readFileSync(new URL('../../docs/fields.md', import.meta.url), 'utf8');
  const sections = text.split(/^#{2,3} /m).slice(1);
  return new Map(
    sections.map((section) => {
      const [heading = '', ...blocks] = section.split('\n\n');
      return [heading.trim(), new Map([...rows(blocks), ...lists(blocks)])];
    }),
  );
}

function rows(blocks: readonly string[]): [string, Place][] {
  const lines = blocks.flatMap((block) => [...block.matchAll(/^\| `(.+?)` +\| (.+?) *\| (.*?) *\|$/gm)]);
  return lines.map(([, name = '', kept = '', note = '']) => {
    const part = /^→ (\w+)$/.exec(kept)?.[1] ?? null;
    return [name, { columns: spans(kept), part, note }];
  });
}

/** A paragraph that is nothing but names, after one that says where they are. */
function lists(blocks: readonly string[]): [string, Place][] {
  return blocks.flatMap((block, index) => {
    if (!/^`\w+`(,\s+`\w+`)*\s*$/.test(block)) return [];
    const [kept = '', ...more] = (blocks[index - 1] ?? '').split(':');
    const place: Place = { columns: spans(kept), part: null, note: more.join(':').trim() };
    return spans(block).map((name): [string, Place] => [name, place]);
  });
}

function spans(text: string): string[] {
  return [...text.matchAll(/`([^`]+)`/g)].map(([, span = '']) => span);
}
