import type { Signal } from '@preact/signals';
import { theme, themes, zone } from '../settings.ts';
import type { Theme } from '../settings.ts';
import { zones } from '../format/time.ts';
import type { Zone } from '../format/time.ts';

const zoneNames: Readonly<Record<Zone, string>> = { nz: 'NZ time', utc: 'UTC', local: 'My time' };
const themeNames: Readonly<Record<Theme, string>> = { auto: 'Auto', light: 'Light', dark: 'Dark' };

/** Which zone times are shown in, and in which colours. */
export function SettingsMenu() {
  return (
    <div class="settings">
      <Choice label="Time zone" values={zones} names={zoneNames} chosen={zone} />
      <Choice label="Colours" values={themes} names={themeNames} chosen={theme} />
    </div>
  );
}

interface ChoiceProps<T extends string> {
  readonly label: string;
  readonly values: readonly T[];
  readonly names: Readonly<Record<T, string>>;
  readonly chosen: Signal<T>;
}

function Choice<T extends string>({ label, values, names, chosen }: ChoiceProps<T>) {
  return (
    <label class="choice">
      <span class="sr">{label}</span>
      <select
        value={chosen.value}
        onChange={({ currentTarget }) => {
          chosen.value = values.find((value) => value === currentTarget.value) ?? chosen.value;
        }}
      >
        {values.map((value) => (
          <option key={value} value={value}>
            {names[value]}
          </option>
        ))}
      </select>
    </label>
  );
}
