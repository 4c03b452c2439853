/** Compression at the lowest level: it is on the fly. */
import { promisify } from "node:util";
import zlib from "node:zlib";

/** Shorter answers would not fit fewer packets. */
export const COMPRESSED_FROM = 1024;

const compress = promisify(zlib.gzip) as (
  bytes: Uint8Array,
  options: { level: number },
) => Promise<Uint8Array<ArrayBuffer>>;

export function gzip(bytes: Uint8Array): Promise<Uint8Array<ArrayBuffer>> {
  return compress(bytes, { level: 1 });
}

/** Reports whether `Accept-Encoding` allows gzip (RFC 9110, section 12.5.3). */
export function acceptsGzip(header: string | null | undefined): boolean {
  if (!header) return false;
  const allowed = new Map(
    header.toLowerCase().split(",").map((part) => {
      const [coding = "", ...parameters] = part.split(";").map((it) => it.trim());
      return [coding, !parameters.some((it) => /^q=0(\.0*)?$/.test(it))];
    }),
  );
  return allowed.get("gzip") ?? allowed.get("*") ?? false;
}
