import { limits } from './limits.ts';

/** Whether a JSON value has more levels of objects and lists than are taken: what writes it out is recursive. */
export function isTooDeep(value: unknown, levels: number = limits.depth): boolean {
  if (typeof value !== 'object' || value === null) return false;
  if (levels === 0) return true;
  if (Array.isArray(value)) return value.some((member) => isTooDeep(member, levels - 1));
  for (const key in value) {
    if (isTooDeep((value as Readonly<Record<string, unknown>>)[key], levels - 1)) return true;
  }
  return false;
}
