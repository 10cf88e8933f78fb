import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createLog } from '../../src/app/log/logger.ts';
import { Secret, redact } from '../../src/domain/secret.ts';
import { hold } from '../support/properties.ts';

const value = new Secret('key-77/secret&more').reveal();

describe('texts of others', () => {
  it('are redacted in every field of the log, and numbers are not', () => {
    const lines: string[] = [];
    const log = createLog('trace', () => 0, { write: (line: string) => lines.push(line) });
    log('service.failed', { reason: `it said ${value}, ${encodeURIComponent(value)}` });
    log('feed.not_granted', { race_id: value, parts: ['one', Buffer.from(value).toString('hex')] });
    log('clock.jumped', { jump_ms: 123_456 });
    expect(lines.map((line) => JSON.parse(line) as unknown)).toEqual([
      expect.objectContaining({ reason: 'it said [redacted], [redacted]' }),
      expect.objectContaining({ race_id: '[redacted]', parts: ['one', '[redacted]'] }),
      expect.objectContaining({ jump_ms: 123_456 }),
    ]);
  });

  it('are redacted across lines and beside other text', () => {
    const json = JSON.stringify(JSON.stringify({ value }));
    expect(redact(`Error: ${value}\n at ${value}x`)).toBe('Error: [redacted]\n at [redacted]x');
    expect(redact(json)).toBe(json.replace(JSON.stringify(value).slice(1, -1), '[redacted]'));
  });

  it('are left alone where no credential is in them', () => {
    hold(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(redact(text)).toBe(text);
      }),
    );
  });
});
