/**
 * The Redis of the demo: a redis-server on a free port of this machine. Its data stay in the folder for
 * temporary files, so that the next demo starts with the graph of this one.
 */
export interface DemoRedis {
  readonly host: string;
  readonly port: number;
  /** Lets Redis save its data and end. */
  stop(): Promise<void>;
}

const HOST = "127.0.0.1";
const FILE = "astrolabe-demo.rdb";
const START_MILLISECONDS = 10_000;
const STOP_MILLISECONDS = 3_000;

/** @throws {Error} with advice, if redis-server is missing or does not start. */
export async function startDemoRedis(): Promise<DemoRedis> {
  const port = freePort();
  const folder = Deno.env.get("TMPDIR") ?? "/tmp";
  const child = spawn([
    ...["--bind", HOST, "--port", `${port}`],
    ...["--dir", folder, "--dbfilename", FILE, "--save", "60 1", "--appendonly", "no"],
  ]);
  let ended = false;
  const end = child.status.then(() => ended = true);
  const kill = () => {
    if (!ended) child.kill("SIGTERM");
  };
  // For a demo that ends without an orderly stop.
  globalThis.addEventListener("unload", kill);
  const stop = async () => {
    globalThis.removeEventListener("unload", kill);
    kill();
    // Redis does not end while it cannot save.
    const timer = setTimeout(() => child.kill("SIGKILL"), STOP_MILLISECONDS);
    await end;
    clearTimeout(timer);
  };

  const deadline = Date.now() + START_MILLISECONDS;
  while (!await answers(port)) {
    if (ended || Date.now() > deadline) {
      await stop();
      throw new Error(`redis-server does not start; ${folder}/${FILE} may be of another version`);
    }
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  return { host: HOST, port, stop };
}

function spawn(args: string[]): Deno.ChildProcess {
  try {
    return new Deno.Command("redis-server", {
      args,
      stdin: "null",
      stdout: "null",
      stderr: "null",
      // A terminal sends Ctrl-C to the whole group, but the last flush still needs Redis.
      detached: true,
    }).spawn();
  } catch (cause) {
    const how = cause instanceof Deno.errors.NotCapable
      ? "may not be run: start the demo with deno task demo --redis"
      : "is not there: install it, such as with apt-get install redis-server";
    throw new Error(`redis-server ${how}`, { cause });
  }
}

async function answers(port: number): Promise<boolean> {
  try {
    (await Deno.connect({ hostname: HOST, port })).close();
    return true;
  } catch {
    return false;
  }
}

function freePort(): number {
  const listener = Deno.listen({ hostname: HOST, port: 0 });
  listener.close();
  return listener.addr.port;
}
