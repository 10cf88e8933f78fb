import type { Check } from './checks.ts';

const actions = ['create', 'read', 'update', 'delete'];
const role =
  /^(?:any|guests|users(?:\/(?:un)?verified)?|label:\w+|(?:user|member):[\w.-]+(?:\/(?:un)?verified)?|team:[\w.-]+(?:\/[\w.-]+)?)$/;
const shape = /^(create|read|update|delete|write)\("([^"]+)"\)$/;

/** What a list of permissions must be. */
export const permissions: Check<string[]> = {
  says: `Permission is not allowed. Must be one of: ${actions.join(', ')}, write.`,
  accepts: (value): value is string[] =>
    Array.isArray(value) &&
    value.length <= 100 &&
    value.every((item) => typeof item === 'string' && role.test(shape.exec(item)?.[2] ?? '')),
};

/** Puts `update` and `delete`, and of a table also `create`, in the place of `write`. */
export function expand(list: readonly string[], of: 'table' | 'row'): string[] {
  const written = of === 'table' ? ['create', 'update', 'delete'] : ['update', 'delete'];
  return [
    ...new Set(
      list.flatMap((item) =>
        item.startsWith('write(') ? written.map((action) => action + item.slice('write'.length)) : [item],
      ),
    ),
  ];
}

/** True when these permissions let someone who is nobody do this. */
export function letsGuests(
  list: readonly string[],
  action: 'create' | 'read' | 'update' | 'delete',
): boolean {
  return list.includes(`${action}("any")`) || list.includes(`${action}("guests")`);
}
