const again = 'Try again with a different ID or use ID.unique() to generate a unique ID.';

/** Status and text of each type of error, as Appwrite 1.9.6 has them; `%s` is what the error is about. */
const known = {
  general_unknown: [500, 'Server Error'],
  general_bad_request: [
    400,
    'There was an error processing your request. Please check the inputs and try again.',
  ],
  general_argument_invalid: [400, '%s'],
  general_query_invalid: [400, '%s'],
  general_cursor_not_found: [400, "Row '%s' for the 'cursor' value not found."],
  general_unauthorized_scope: [
    401,
    'The current user or API key does not have the required scopes to access the requested resource.',
  ],
  general_rate_limit_exceeded: [
    429,
    'Rate limit for the current endpoint has been exceeded. Please try again after some time.',
  ],
  general_route_not_found: [
    404,
    'Route not found. Please ensure the endpoint is configured correctly and that the API route is valid for this SDK version. Refer to the API docs for more details.',
  ],
  general_not_implemented: [501, '%s'],
  user_unauthorized: [401, 'The current user is not authorized to perform the requested action.'],
  project_not_found: [
    404,
    'Project with the requested ID could not be found. Please check the value of the X-Appwrite-Project header to ensure the correct project ID is being used.',
  ],
  database_not_found: [404, "Database with the requested ID '%s' could not be found."],
  database_already_exists: [409, `Database with the requested ID '%s' already exists. ${again}`],
  database_query_order_null: [
    400,
    "The order column '%s' had a null value. Cursor pagination requires all rows order column values are non-null.",
  ],
  table_not_found: [404, "Table with the requested ID '%s' could not be found."],
  table_already_exists: [409, `A table with the requested ID '%s' already exists. ${again}`],
  table_limit_exceeded: [400, "The maximum number of tables for database '%s' has been reached."],
  column_not_found: [404, "Column with the requested key '%s' could not be found."],
  column_unknown: [
    400,
    "The column '%s' required for the index could not be found. Please confirm all your columns are in the available state.",
  ],
  column_not_available: [400, "The requested column '%s' is not yet available. Please try again later."],
  column_default_unsupported: [400, '%s'],
  column_value_invalid: [400, '%s'],
  column_already_exists: [
    409,
    "Column with the requested key '%s' already exists. Column keys must be unique, try again with a different key.",
  ],
  column_limit_exceeded: [400, "The maximum number or size of columns for table '%s' has been reached."],
  column_invalid_resize: [
    400,
    'Existing data is too large for new size, truncate your existing data then try again.',
  ],
  column_index_not_found: [404, "Index with the requested key '%s' could not be found."],
  column_index_already_exists: [
    409,
    "Index with the requested key '%s' already exists. Try again with a different key.",
  ],
  column_index_invalid: [400, '%s'],
  column_index_dependency: [
    409,
    "Column '%s' cannot be renamed or deleted. Please remove the associated index first.",
  ],
  row_not_found: [404, "Row with the requested ID '%s' could not be found."],
  row_invalid_structure: [400, 'Invalid document structure: %s'],
  document_invalid_structure: [400, '%s'],
  row_missing_data: [400, 'The row data is missing. Try again with row data populated.'],
  row_missing_payload: [
    400,
    'The row data and permissions are missing. You must provide either row data or permissions to be updated.',
  ],
  row_already_exists: [409, `Row with the requested ID '%s' already exists. ${again}`],
  row_update_conflict: [409, 'Remote row is newer than local.'],
  document_not_found: [404, "Document with the requested ID '%s' could not be found."],
  transaction_not_found: [404, "Transaction with the requested ID '%s' could not be found."],
  transaction_not_ready: [400, 'The transaction is not ready yet. Please try again later.'],
  transaction_expired: [410, 'The transaction has expired. Please create a new transaction and try again.'],
  transaction_conflict: [409, 'The transaction has a conflict. Please resolve the conflict and try again.'],
  transaction_limit_exceeded: [400, '%s'],
} as const satisfies Record<string, readonly [number, string]>;

export type ErrorType = keyof typeof known;

/** An answer that says what went wrong: status, type and message as the real server's. */
export class Refusal extends Error {
  readonly status: number;
  readonly type: ErrorType;

  constructor(type: ErrorType, about = '', message = known[type][1].replace('%s', () => about)) {
    super(message);
    this.name = 'Refusal';
    this.type = type;
    this.status = known[type][0];
  }
}
