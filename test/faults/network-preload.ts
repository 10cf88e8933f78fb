import dns from 'node:dns';
import { existsSync } from 'node:fs';

/*
 * Loaded into the recorder before itself. NETWORK_SKEW_MS sets its clock ahead (or back). Names that end in
 * `.link.test` stand for this computer, as long as there is no file NETWORK_NO_NAMES.
 */

const { NETWORK_SKEW_MS: skew = '0', NETWORK_NO_NAMES: noNames = '' } = process.env;

const now = Date.now.bind(Date);
Date.now = () => now() + Number(skew);

const lookup = dns.lookup;
type Lookup = (name: string, options: dns.LookupAllOptions, callback: Callback) => void;
type Callback = (error: NodeJS.ErrnoException | null, addresses: dns.LookupAddress[]) => void;

const faulty: Lookup = (name, options, callback) => {
  if (!name.endsWith('.link.test')) {
    lookup(name, options, callback);
  } else if (existsSync(noNames)) {
    const error = Object.assign(new Error(`getaddrinfo ENOTFOUND ${name}`), {
      ...{ code: 'ENOTFOUND', syscall: 'getaddrinfo', hostname: name },
    });
    process.nextTick(callback, error, []);
  } else {
    lookup('127.0.0.1', options, callback);
  }
};
dns.lookup = faulty as typeof dns.lookup;
