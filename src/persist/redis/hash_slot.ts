/** The number of slots over which a Redis Cluster spreads its keys. */
const SLOTS = 16_384;
const POLYNOMIAL = 0x1021;

/**
 * Returns the slot of a key: CRC16 of its hash tag (the text in the first pair of braces, unless it is
 * empty), or of the whole key if it has none.
 * https://redis.io/docs/latest/operate/oss_and_stack/reference/cluster-spec/
 */
export function hashSlot(key: string): number {
  let crc = 0;
  for (const byte of new TextEncoder().encode(hashTag(key) ?? key)) {
    crc ^= byte << 8;
    for (let bit = 0; bit < 8; bit++) crc = crc & 0x8000 ? crc << 1 ^ POLYNOMIAL : crc << 1;
    crc &= 0xffff;
  }
  return crc % SLOTS;
}

function hashTag(key: string): string | undefined {
  return /^[^{]*\{([^}]+)\}/.exec(key)?.[1];
}
