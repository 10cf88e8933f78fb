import { generateKeyPairSync, sign } from 'node:crypto';

/** A key and a certificate for a host that nobody has reason to trust. */
export function selfSigned(host = '127.0.0.1'): { readonly key: string; readonly cert: string } {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const algorithm = der(0x30, Buffer.from('06082a8648ce3d040302', 'hex'));
  const commonName = der(0x30, Buffer.from('0603550403', 'hex'), der(0x0c, Buffer.from(host)));
  const name = der(0x30, der(0x31, commonName));
  const validity = der(
    0x30,
    ...['20200101000000Z', '20991231235959Z'].map((time) => der(0x18, Buffer.from(time))),
  );
  const subject = publicKey.export({ type: 'spki', format: 'der' });
  const toSign = der(0x30, der(0x02, Buffer.of(1)), algorithm, name, validity, name, subject);
  const signature = der(0x03, Buffer.of(0), sign('sha256', toSign, privateKey));
  const base64 = der(0x30, toSign, algorithm, signature).toString('base64');
  const cert = `-----BEGIN CERTIFICATE-----\n${base64.replace(/.{64}/g, '$&\n')}\n-----END CERTIFICATE-----\n`;
  return { key: privateKey.export({ type: 'pkcs8', format: 'pem' }), cert };
}

/** A value in ASN.1's distinguished encoding. */
function der(tag: number, ...parts: readonly Uint8Array[]): Buffer {
  const content = Buffer.concat(parts);
  const { length } = content;
  const size =
    length < 0x80 ? [length] : length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.of(tag, ...size), content]);
}
