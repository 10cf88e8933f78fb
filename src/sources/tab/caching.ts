import type { IncomingHttpHeaders } from 'undici/types/header.js';

/** What a server says of its answer to those who keep answers. */
export interface Caching {
  /** By which the server can be asked whether it has anything else by now; null when it cannot. */
  readonly etag: string | null;
  /** Whether the answer lay in a cache on the way, so that the feed did not make it now. */
  readonly isCached: boolean;
}

/** It is held for every race: one that is longer is not worth it. */
const longestEtag = 256;

const etagForm = /^(W\/)?"[\x21\x23-\x7e]*"$/;
const noStore = /(^|[\s,])no-store([\s,]|$)/i;

/** Of the headers of an answer. `no-store` forbids to keep even its ETag. */
export function cachingOf(headers: IncomingHttpHeaders): Caching {
  const { etag, age, 'cache-control': control } = headers;
  const isUsable = typeof etag === 'string' && etag.length <= longestEtag && etagForm.test(etag);
  return {
    etag: isUsable && !noStore.test((control ?? '').toString()) ? etag : null,
    isCached: Number(age ?? 0) > 0,
  };
}
