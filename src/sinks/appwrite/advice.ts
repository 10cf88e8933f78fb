import type { AppwriteError } from './errors.ts';

/** A table that cannot take any row until somebody sets it right; the others go on. */
export class TableClosed extends Error {
  constructor(reason: string) {
    super(reason);
    this.name = 'TableClosed';
  }
}

const advices: Readonly<Record<string, string>> = {
  general_unauthorized_scope: 'give the API key the scopes rows.read and rows.write',
  user_unauthorized: 'check APPWRITE_API_KEY, and that it is a key of this project',
  project_not_found: 'check APPWRITE_PROJECT_ID',
  // A key that Appwrite takes for a guest is answered so when it writes.
  database_not_found:
    'check APPWRITE_DATABASE_ID, and that APPWRITE_API_KEY is a key of the project APPWRITE_PROJECT_ID; ' +
    'or make the database with "oddstream schema push"',
  table_not_found: 'make the table with "oddstream schema push"',
};

/** What a failure that does not pass by itself asks somebody to do, as one sentence. */
export function advice(error: AppwriteError): string {
  const { fault, type, detail, message } = error;
  const said = detail === '' ? message : detail;
  const known = advices[type];
  if (known !== undefined) return sentence(said, known);
  if (fault === 'unauthorized') return sentence(said, 'check APPWRITE_API_KEY');
  if (fault === 'forbidden') return sentence(said, 'check the key, and the limits of the project’s plan');
  return sentence(said, 'check APPWRITE_ENDPOINT, which ends in /v1');
}

function sentence(said: string, todo: string): string {
  return `${said.replace(/[.:\s]+$/, '')}: ${todo}.`;
}

/** Why a table takes no row at all, when an error tells of that; null when it is about a row. */
export function closedBy({ type, detail }: AppwriteError, columns: ReadonlySet<string>): string | null {
  if (type === 'table_not_found') return sentence(detail, advices.table_not_found ?? '');
  if (type !== 'row_invalid_structure') return null;
  const unknown = /Unknown attribute: "([^"]+)"/.exec(detail)?.[1];
  if (unknown !== undefined) {
    return `The table has no column ${unknown}: add it with "oddstream schema push".`;
  }
  const required = /Missing required attribute "([^"]+)"/.exec(detail)?.[1];
  if (required === undefined || columns.has(required)) return null;
  return `The table demands a column ${required} that oddstream does not fill: make it optional.`;
}

/** Rows that the server takes in a request at the most, when an error says so; else null. */
export function rowLimit({ type, detail }: AppwriteError): number | null {
  if (type !== 'general_argument_invalid') return null;
  const most = Number(/no longer than (\d+) items/.exec(detail)?.[1]);
  return most >= 1 ? most : null;
}
