import { matchers } from './promql.ts';
import { Tokens } from './query-tokens.ts';

/** What a query of LogQL takes for granted of the log. */
export interface LogUse {
  /** Labels of the streams that it selects. */
  readonly labels: readonly string[];
  /** Events that pass its filters; none when it filters by none. */
  readonly events: readonly string[];
  /** Fields of those events that it takes out, filters, counts or groups by. */
  readonly fields: readonly string[];
}

const groupings = new Set(['by', 'without']);

/**
 * Reads a query with one pipeline, as in the dashboards: a stream selector, `| json`, filters by `event`, `| unwrap`, and
 * aggregations around it.
 * @throws Error for anything else
 */
export function logUse(query: string): LogUse {
  const tokens = new Tokens(query);
  const use = { labels: [] as string[], events: [] as string[], fields: [] as string[] };
  for (let braces = 0; tokens.peek() !== null;) {
    const { kind, text } = tokens.take();
    if (text === '{' && kind === 'sign') {
      if (++braces > 1) throw new Error(`${query} has two pipelines; one was expected.`);
      use.labels.push(...matchers(tokens));
      pipeline(tokens, use);
    } else if (kind === 'name' && groupings.has(text)) {
      use.fields.push(...tokens.names());
    }
  }
  return use;
}

interface Uses {
  readonly events: string[];
  readonly fields: string[];
}

function pipeline(tokens: Tokens, use: Uses): void {
  while (tokens.takes('|')) {
    if (tokens.takes('json')) extracted(tokens, use);
    else if (tokens.takes('unwrap')) use.fields.push(tokens.expect('name'));
    else filters(tokens, use);
  }
}

/** `json` takes out every field, or those that it names. */
function extracted(tokens: Tokens, { fields }: Uses): void {
  while (tokens.peek()?.kind === 'name') {
    const label = tokens.expect('name');
    tokens.expect('=');
    const field = tokens.expect('text');
    if (label !== field)
      throw new Error(`${tokens.query} takes ${field} out as ${label}; one name was expected.`);
    fields.push(field);
    tokens.takes(',');
  }
}

/** `event="…" or event="…"`. */
function filters(tokens: Tokens, { events, fields }: Uses): void {
  do {
    const field = tokens.expect('name');
    tokens.expect('=');
    const value = tokens.expect('text');
    if (field === 'event') events.push(value);
    else fields.push(field);
  } while (tokens.takes('or'));
}
