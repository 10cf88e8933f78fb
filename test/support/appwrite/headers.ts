import type { Settings } from './options.ts';

const always = {
  server: 'Appwrite',
  'x-content-type-options': 'nosniff',
  'access-control-allow-methods': 'GET, POST, PUT, PATCH, DELETE',
  'access-control-expose-headers': 'X-Appwrite-Session, X-Fallback-Cookies',
  'access-control-allow-credentials': 'true',
  'access-control-max-age': '86400',
};

/** Errors are not to be kept by caches. */
export const ofErrors = {
  'cache-control': 'no-cache, no-store, must-revalidate',
  expires: '0',
  pragma: 'no-cache',
};

const older = (a: string, b: string): boolean => a.localeCompare(b, 'en', { numeric: true }) < 0;

/** Headers of every answer; a client made for a newer server than this one is warned. */
export function baseHeaders({ version }: Settings, format: string): Record<string, string> {
  if (format === '' || !older(version, format)) return { ...always };
  const warning = `The current SDK is built for Appwrite ${format}. However, the current Appwrite server version is ${version}. Please downgrade your SDK to match the Appwrite version: https://appwrite.io/docs/sdks`;
  return { ...always, 'x-appwrite-warning': warning };
}
