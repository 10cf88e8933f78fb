import type { SettingsReader } from './settings-reader.ts';

export interface HttpAddress {
  /** A name or an IP address, without brackets. */
  readonly host: string;
  /** 0: any that is free. */
  readonly port: number;
}

/** Where the server listens when nothing says otherwise. */
export const standardAddress: HttpAddress = { host: '127.0.0.1', port: 8080 };

export const httpForm = 'It must be a host and a port such as 127.0.0.1:8080, 0.0.0.0:8080 or [::1]:8080.';

/** Null for a text that is not `HOST:PORT`. */
export function parseHttpAddress(text: string): HttpAddress | null {
  const [, six, name, digits] = /^(?:\[([0-9a-fA-F:.]+)\]|([A-Za-z0-9.-]+)):(\d{1,5})$/.exec(text) ?? [];
  const host = six ?? name;
  const port = Number(digits);
  return host !== undefined && port <= 65_535 ? { host, port } : null;
}

/** An address as it is written: the counterpart of {@link parseHttpAddress}. */
export function showHttpAddress({ host, port }: HttpAddress): string {
  return `${host.includes(':') ? `[${host}]` : host}:${port}`;
}

/** ODDSTREAM_HTTP; null when it is not set. */
export function readHttp(reader: SettingsReader): HttpAddress | 'off' | null {
  const text = reader.text('ODDSTREAM_HTTP');
  if (text === null) return null;
  if (text.toLowerCase() === 'off') return 'off';
  const address = parseHttpAddress(text);
  if (address === null) {
    reader.problems.push(`ODDSTREAM_HTTP is "${text}". ${httpForm} Or off, to serve nothing.`);
  }
  return address;
}

const hostForm = /^[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?$/;

/** ODDSTREAM_HTTP_HOSTS: names of a proxy in front of the server. */
export function readHttpHosts(reader: SettingsReader): string[] {
  const names = (reader.text('ODDSTREAM_HTTP_HOSTS') ?? '')
    .split(',')
    .map((name) => name.trim().toLowerCase())
    .filter((name) => name !== '');
  const wrong = names.filter((name) => !hostForm.test(name));
  if (wrong.length > 0) {
    reader.problems.push(
      `ODDSTREAM_HTTP_HOSTS: ${wrong.map((name) => `"${name}"`).join(', ')} is not a name such as odds.example.com, without scheme and port; separate several by commas.`,
    );
  }
  return names;
}
