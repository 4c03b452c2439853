import { fields, list, text } from "./fields.ts";

/** Returns the first address that a load balancer has published in a status. */
export function publishedAddress(status: unknown): string | undefined {
  for (const { ip, hostname } of list(fields(fields(status).loadBalancer).ingress)) {
    const address = text(hostname) || text(ip);
    if (address) return address;
  }
  return undefined;
}
