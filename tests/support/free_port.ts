/**
 * Free ports of this machine, for servers that tests start.
 *
 * They lie below the range from which the system takes the ports of outgoing connections, so that no client
 * takes one before its server has started. Several test processes run at once: each reserves a block of ports
 * by listening on the block's first port for as long as it lives.
 */
const HOST = "127.0.0.1";
const FIRST = 11_000;
const BLOCKS = 100;
const BLOCK_SIZE = 200;

const block = reserveBlock();
let next = 0;

/** Returns a port that nothing listens on, and that no other test process is given. */
export function freePort(): number {
  for (let tries = 1; tries < BLOCK_SIZE; tries++) {
    next = next % (BLOCK_SIZE - 1) + 1;
    const listener = tryListen(block + next);
    if (listener === undefined) continue;
    listener.close();
    return block + next;
  }
  throw new Error(`all ports from ${block} to ${block + BLOCK_SIZE - 1} are in use`);
}

/** Returns the first port of a block that is now ours. */
function reserveBlock(): number {
  const start = Math.floor(Math.random() * BLOCKS);
  for (let i = 0; i < BLOCKS; i++) {
    const first = FIRST + (start + i) % BLOCKS * BLOCK_SIZE;
    const listener = tryListen(first);
    if (listener === undefined) continue;
    // The process may end all the same.
    listener.unref();
    return first;
  }
  throw new Error("no block of ports is free for this test process");
}

function tryListen(port: number): Deno.TcpListener | undefined {
  try {
    return Deno.listen({ hostname: HOST, port });
  } catch (error) {
    if (error instanceof Deno.errors.AddrInUse) return undefined;
    throw error;
  }
}
