import { effect, signal } from '@preact/signals';
import { zones } from './format/time.ts';
import type { Zone } from './format/time.ts';

export const themes = ['auto', 'light', 'dark'] as const;
export type Theme = (typeof themes)[number];

const storage = openStorage();

/** The time zone that times are shown in. */
export const zone = signal<Zone>(remembered('zone', zones, 'nz'));

/** The colours that were chosen; `auto` goes by the system's. */
export const theme = signal<Theme>(remembered('theme', themes, 'auto'));

const prefersDark = window.matchMedia('(prefers-color-scheme: dark)');

/** The colours in force. */
export const scheme = signal<'light' | 'dark'>('light');

/** Puts the settings in force, and remembers them in this browser. */
export function keepSettings(): void {
  const systems = signal(prefersDark.matches);
  prefersDark.addEventListener('change', ({ matches }) => {
    systems.value = matches;
  });
  effect(() => {
    const system = systems.value ? 'dark' : 'light';
    scheme.value = theme.value === 'auto' ? system : theme.value;
    document.documentElement.dataset.scheme = scheme.value;
  });
  effect(() => {
    storage?.setItem('oddstream.zone', zone.value);
    storage?.setItem('oddstream.theme', theme.value);
  });
}

function remembered<T extends string>(name: string, values: readonly T[], standard: T): T {
  const value = storage?.getItem(`oddstream.${name}`);
  return values.find((known) => known === value) ?? standard;
}

/** Null where the browser keeps nothing: then settings last as long as the page. */
function openStorage(): Storage | null {
  try {
    return window.localStorage;
  } catch {
    return null;
  }
}
