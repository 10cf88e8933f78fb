/**
 * Milliseconds for which a Retry-After header asks to be left alone: seconds or an HTTP date, the latter
 * against `now` (epoch milliseconds). Null when there is none or it is neither; a date in the past is 0.
 */
export function retryAfterMs(header: string | string[] | undefined, now: number): number | null {
  const text = (Array.isArray(header) ? header[0] : header)?.trim() ?? '';
  if (/^\d+(\.\d+)?$/.test(text)) return finite(Number(text) * 1000);
  if (!/^(Mon|Tue|Wed|Thu|Fri|Sat|Sun)/.test(text)) return null;
  // One of the three forms of an HTTP date names no zone, and all are in GMT.
  return finite(Math.max(0, Date.parse(text.endsWith('GMT') ? text : `${text} GMT`) - now));
}

function finite(millis: number): number | null {
  return Number.isFinite(millis) ? millis : null;
}
