/** Creates a client certificate and the authority that signs it, without a program such as openssl. */
import { generateKeyPairSync, type KeyObject, sign } from "node:crypto";

export interface ClientCertificate {
  /** PEM. */
  readonly authority: string;
  readonly certificate: string;
  readonly key: string;
}

/**
 * Creates them for a user of Kubernetes: the common name is the name of the user, the organization is a
 * group.
 */
export function clientCertificate(user: { name: string; group: string }): ClientCertificate {
  const authority = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const client = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const issuer = distinguishedName({ name: "test authority", group: "test" });
  const isAuthority = extension([2, 5, 29, 19], sequence(der(0x01, bytes(0xff))));
  const isForClients = extension([2, 5, 29, 37], sequence(oid([1, 3, 6, 1, 5, 5, 7, 3, 2])));
  const signed = (subject: Bytes, publicKey: KeyObject, usage: Bytes) =>
    certificate({ issuer, subject, publicKey, usage }, authority.privateKey);
  return {
    authority: signed(issuer, authority.publicKey, isAuthority),
    certificate: signed(distinguishedName(user), client.publicKey, isForClients),
    key: client.privateKey.export({ type: "pkcs8", format: "pem" }).toString(),
  };
}

type Bytes = Uint8Array<ArrayBuffer>;

interface Contents {
  readonly issuer: Bytes;
  readonly subject: Bytes;
  readonly publicKey: KeyObject;
  readonly usage: Bytes;
}

const ECDSA_WITH_SHA256 = sequence(oid([1, 2, 840, 10045, 4, 3, 2]));

function certificate({ issuer, subject, publicKey, usage }: Contents, signer: KeyObject): string {
  const toBeSigned = sequence(
    der(0xa0, der(0x02, bytes(2))),
    der(0x02, bytes(1, ...crypto.getRandomValues(new Uint8Array(8)))),
    ECDSA_WITH_SHA256,
    issuer,
    sequence(time("250101000000Z"), time("491231235959Z")),
    subject,
    new Uint8Array(publicKey.export({ type: "spki", format: "der" })),
    der(0xa3, sequence(usage)),
  );
  const signature = new Uint8Array(sign("sha256", toBeSigned, signer));
  const whole = sequence(toBeSigned, ECDSA_WITH_SHA256, der(0x03, bytes(0), signature));
  const lines = whole.toBase64().match(/.{1,64}/g) ?? [];
  return `-----BEGIN CERTIFICATE-----\n${lines.join("\n")}\n-----END CERTIFICATE-----\n`;
}

function distinguishedName({ name, group }: { name: string; group: string }): Bytes {
  const attribute = (type: number[], value: string) =>
    der(0x31, sequence(oid(type), der(0x0c, new TextEncoder().encode(value))));
  return sequence(attribute([2, 5, 4, 10], group), attribute([2, 5, 4, 3], name));
}

function extension(type: number[], value: Bytes): Bytes {
  return sequence(oid(type), der(0x04, value));
}

function time(text: string): Bytes {
  return der(0x17, new TextEncoder().encode(text));
}

function oid([first = 0, second = 0, ...rest]: number[]): Bytes {
  const parts = rest.flatMap((part) => {
    const digits = [part & 0x7f];
    for (let high = part >> 7; high > 0; high >>= 7) digits.unshift(0x80 | high & 0x7f);
    return digits;
  });
  return der(0x06, bytes(40 * first + second, ...parts));
}

function sequence(...parts: Bytes[]): Bytes {
  return der(0x30, ...parts);
}

function der(tag: number, ...parts: Bytes[]): Bytes {
  const length = parts.reduce((sum, part) => sum + part.length, 0);
  const size = length < 0x80
    ? [length]
    : length < 0x100
    ? [0x81, length]
    : [0x82, length >> 8, length & 0xff];
  return bytes(tag, ...size, ...parts.flatMap((part) => [...part]));
}

function bytes(...values: number[]): Bytes {
  return new Uint8Array(values);
}
