import { Tokens } from './query-tokens.ts';

/** A metric of which a query asks. */
export interface Selector {
  readonly metric: string;
  /** Labels by which it chooses. */
  readonly labels: readonly string[];
  /** As in the query, without a range. */
  readonly text: string;
}

/** What a query of PromQL takes for granted. */
export interface PromUse {
  readonly selectors: readonly Selector[];
  /** Labels by which results are grouped. */
  readonly grouping: readonly string[];
}

const words = new Set(['and', 'or', 'unless', 'bool', 'offset']);
const groupings = new Set(['by', 'without', 'on', 'ignoring', 'group_left', 'group_right']);

/** Reads a query; whether it is right as a whole is for Prometheus to say. */
export function promUse(query: string): PromUse {
  const tokens = new Tokens(query);
  const selectors: Selector[] = [];
  const grouping: string[] = [];
  while (tokens.peek() !== null) {
    const { kind, text, at } = tokens.take();
    if (kind !== 'name' || text.startsWith('$') || words.has(text)) continue;
    if (groupings.has(text)) {
      grouping.push(...tokens.names());
      continue;
    }
    const next = tokens.peek()?.text ?? '';
    if (next === '(' || groupings.has(next)) continue;
    const labels = tokens.takes('{') ? matchers(tokens) : [];
    selectors.push({ metric: text, labels, text: query.slice(at, tokens.end) });
  }
  return { selectors, grouping };
}

/** Labels between braces; the opening one has been taken. */
export function matchers(tokens: Tokens): string[] {
  const labels: string[] = [];
  while (!tokens.takes('}')) {
    labels.push(tokens.expect('name'));
    tokens.expect('sign');
    tokens.expect('text');
    tokens.takes(',');
  }
  return labels;
}
