import { redact } from '../../domain/secret.ts';

/**
 * Why a call to Appwrite gave nothing. The first four pass by themselves; the next four need somebody's hand, and
 * `refused` is about what was sent.
 */
export type AppwriteFault =
  | 'timeout'
  | 'network'
  | 'rate_limited'
  | 'server_error'
  | 'unauthorized'
  | 'forbidden'
  | 'not_found'
  | 'misdirected'
  | 'refused';

const passing: ReadonlySet<AppwriteFault> = new Set(['timeout', 'network', 'rate_limited', 'server_error']);

/**
 * A call that failed. It carries no header, no body and no credential, so that it can be logged as it is; the
 * errors of the SDK hold the whole answer.
 */
export class AppwriteError extends Error {
  readonly fault: AppwriteFault;
  /** Of the answer; 0 when there was none. */
  readonly status: number;
  /** Appwrite's own name of the failure, such as `row_invalid_structure`; empty when a proxy answered. */
  readonly type: string;
  /** What Appwrite says of it, without credentials. */
  readonly detail: string;
  /** Milliseconds for which the server asked to be left alone. */
  readonly retryAfterMs: number | null;

  constructor(
    fault: AppwriteFault,
    message: string,
    about: { status?: number; type?: string; detail?: string; retryAfterMs?: number | null } = {},
  ) {
    super(message);
    this.name = 'AppwriteError';
    this.fault = fault;
    this.status = about.status ?? 0;
    this.type = about.type ?? '';
    this.detail = about.detail ?? '';
    this.retryAfterMs = about.retryAfterMs ?? null;
  }

  /** Whether the same call may succeed later without anybody's doing. */
  get passes(): boolean {
    return passing.has(this.fault);
  }

  /** Whether a server that goes on failing like this may do so for what was sent, and not for all calls alike. */
  get mayBeOfRows(): boolean {
    return this.fault === 'server_error' || this.fault === 'timeout';
  }
}

const longestDetail = 300;

/**
 * The failure that an answer of status 300 and more stands for.
 * @param call method and path, for the message
 * @param body the answer's JSON; undefined when it had none
 */
export function statusError(
  call: string,
  status: number,
  body: unknown,
  retryAfterMs: number | null,
): AppwriteError {
  const { type, detail } = told(body);
  const what = [String(status), type].filter((part) => part !== '').join(' ');
  const message = `${call} was answered with ${what}${detail === '' ? '.' : `: ${detail}`}`;
  return new AppwriteError(faultOf(status), message, { status, type, detail, retryAfterMs });
}

function faultOf(status: number): AppwriteFault {
  if (status === 408) return 'timeout';
  if (status === 429) return 'rate_limited';
  if (status >= 500) return 'server_error';
  if (status === 401) return 'unauthorized';
  // 402: a plan's limit is reached.
  if (status === 403 || status === 402) return 'forbidden';
  if (status === 404) return 'not_found';
  return status >= 400 ? 'refused' : 'misdirected';
}

function told(body: unknown): { type: string; detail: string } {
  if (typeof body !== 'object' || body === null) return { type: '', detail: '' };
  const { type, message } = body as { type?: unknown; message?: unknown };
  return {
    type: typeof type === 'string' && /^\w{1,80}$/.test(type) ? type : '',
    // Masked before it is cut, or a credential across the cut would show its first half.
    detail: typeof message === 'string' ? redact(message).slice(0, longestDetail) : '',
  };
}

/** The failure that an error of the HTTP client stands for. Of the error only its code is told. */
export function networkError(call: string, error: unknown): AppwriteError {
  if (error instanceof AppwriteError) return error;
  const code = codeOf(error);
  const late = /TIMEOUT|^TimeoutError$/.test(code);
  if (late) return new AppwriteError('timeout', `${call} had no answer in time (${code}).`);
  return new AppwriteError('network', `${call} failed with ${code}.`);
}

/** Code or name, both checked: they must not carry a text. */
function codeOf(error: unknown): string {
  if (!(error instanceof Error)) return 'an unknown error';
  const { code } = error as { code?: unknown };
  if (typeof code === 'string' && /^\w{1,60}$/.test(code)) return code;
  return /^\w{1,60}$/.test(error.name) ? error.name : 'an unknown error';
}
