import { Refusal } from './errors.ts';
import { letsGuests } from './permissions.ts';

/** Who asks: an API key, which may do all its scopes say, or a guest, who may do what permissions say. */
export interface Caller {
  readonly isKey: boolean;
}

/** Scopes of everyone, with a key or without one. */
const guestScopes = ['global', 'public', 'rows.read', 'rows.write', 'documents.read', 'documents.write'];
const keyScopes = ['global', 'health.read'];

export interface Keys {
  /** The scopes of a key; undefined for a wrong one. `*` is all of them. */
  get(key: string): readonly string[] | undefined;
}

export interface Credentials {
  readonly project: string;
  readonly key: string;
  /** Host that was asked; it stands in the message about a scope. */
  readonly host: string;
}

/** Refuses who may not use a route: a key that is not one of the project is refused everywhere, none makes a guest. */
export function authorise(
  { project, key, host }: Credentials,
  projectId: string,
  keys: Keys,
  scopes: readonly string[],
): Caller {
  if (project !== projectId) throw new Refusal('project_not_found');
  const granted = keys.get(key);
  if (key !== '' && granted === undefined) throw new Refusal('user_unauthorized');
  const has = granted ? [...granted, ...keyScopes] : guestScopes;
  if (has.includes('*') || scopes.some((scope) => has.includes(scope))) {
    return { isKey: granted !== undefined };
  }
  const who = granted ? `app.${projectId}@service.${host} (role: applications)` : 'User (role: guests)';
  throw new Refusal('general_unauthorized_scope', '', `${who} missing scopes (${JSON.stringify(scopes)})`);
}

/** Refuses guests what the permissions of a table do not let them do. */
export function permit(
  { isKey }: Caller,
  permissions: readonly string[],
  action: 'create' | 'read' | 'update' | 'delete',
): void {
  if (!isKey && !letsGuests(permissions, action)) throw new Refusal('user_unauthorized');
}
