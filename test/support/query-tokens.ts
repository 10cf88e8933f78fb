/** What a query of PromQL or LogQL is made of. */
export interface Token {
  readonly kind: 'name' | 'text' | 'number' | 'sign';
  /** Of a text what it says, without its quotes. */
  readonly text: string;
  /** Where it begins in the query, and where it has ended. */
  readonly at: number;
  readonly end: number;
}

const shapes: readonly [Token['kind'] | 'space', RegExp][] = [
  ['space', /\s+/y],
  ['text', /"(?:[^"\\]|\\.)*"|`[^`]*`/y],
  ['number', /(?:\d+(?:\.\d+)?(?:ms|[smhdwy]|e[+-]?\d+)?)+/y],
  ['name', /\$?[a-zA-Z_:][a-zA-Z0-9_:]*/y],
  ['sign', /\|=|\|~|!=|!~|=~|==|>=|<=|[{}()[\],|=<>+\-*/%^]/y],
];

/** @throws Error for what is part of neither language */
export function tokensOf(query: string): Token[] {
  const tokens: Token[] = [];
  for (let at = 0; at < query.length;) {
    const { kind, text } = tokenAt(query, at);
    const end = at + text.length;
    if (kind !== 'space') tokens.push({ kind, text: kind === 'text' ? unquoted(text) : text, at, end });
    at = end;
  }
  return tokens;
}

function tokenAt(query: string, at: number): { kind: Token['kind'] | 'space'; text: string } {
  for (const [kind, shape] of shapes) {
    shape.lastIndex = at;
    const text = shape.exec(query)?.[0];
    if (text !== undefined) return { kind, text };
  }
  throw new Error(`"${query.slice(at)}" begins with something that is no token, in ${query}`);
}

function unquoted(text: string): string {
  return text.startsWith('`') ? text.slice(1, -1) : String(JSON.parse(text));
}

/** Reads tokens one after the other. */
export class Tokens {
  readonly query: string;
  readonly #tokens: readonly Token[];
  #next = 0;

  constructor(query: string) {
    this.query = query;
    this.#tokens = tokensOf(query);
  }

  /** The next token; null after the end. */
  peek(): Token | null {
    return this.#tokens[this.#next] ?? null;
  }

  /** Where the last token that was taken has ended. */
  get end(): number {
    return this.#tokens[this.#next - 1]?.end ?? 0;
  }

  /** Takes the next token. @throws Error after the end */
  take(): Token {
    const token = this.peek();
    if (token === null) throw new Error(`${this.query} ends too early.`);
    this.#next++;
    return token;
  }

  /** Takes the next token if it is this one. */
  takes(text: string): boolean {
    const token = this.peek();
    if (token?.text !== text || token.kind === 'text') return false;
    this.#next++;
    return true;
  }

  /** Takes the next token, which must be this one or of this kind. @throws Error when it is another */
  expect(wanted: string): string {
    const token = this.take();
    const fits = token.kind === wanted || (token.kind !== 'text' && token.text === wanted);
    if (!fits) throw new Error(`${wanted} was expected, not ${token.text}, at ${token.at} in ${this.query}`);
    return token.text;
  }

  /** Takes names between parentheses, with commas; none where there are no parentheses. */
  names(): string[] {
    const names: string[] = [];
    if (!this.takes('(')) return names;
    while (!this.takes(')')) {
      names.push(this.expect('name'));
      this.takes(',');
    }
    return names;
  }
}
