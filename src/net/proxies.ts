import { Secret, remember } from '../domain/secret.ts';

/** The proxies of the environment. This machine is reached without one. */
export interface Proxies {
  /** For addresses with `http`, and with `https` where those have none of their own; null for none. */
  readonly http: ProxyAddress | null;
  /** For addresses with `https`. */
  readonly https: ProxyAddress | null;
  /** The hosts that are reached without a proxy, as NO_PROXY lists them; null for none. */
  readonly except: string | null;
}

export interface ProxyAddress {
  /** With its credentials, if it has any. */
  readonly url: Secret;
  /** Host and port, to be shown. */
  readonly host: string;
}

export const noProxies: Proxies = { http: null, https: null, except: null };

/** Returns the proxy that a URL is reached through, unless {@link Proxies.except} has its host; null for none. */
export function proxyOf({ http, https }: Proxies, url: string): ProxyAddress | null {
  return URL.parse(url)?.protocol === 'https:' ? (https ?? http) : http;
}

/** Returns the address that a URL of a proxy names, its credentials remembered; null when it is no such URL. */
export function parseProxy(text: string): ProxyAddress | null {
  const url = URL.parse(text.includes('://') ? text : `http://${text}`);
  if (url === null || !/^(https?|socks5):$/.test(url.protocol) || url.hostname === '') return null;
  try {
    for (const part of [url.username, url.password]) {
      remember(part);
      remember(decodeURIComponent(part));
    }
  } catch {
    // A percent sign that begins no byte: the login could not be sent.
    return null;
  }
  return { url: new Secret(url.href), host: url.host };
}
