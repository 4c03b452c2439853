/** Requests one URL repeatedly, and prints the number of answers per second. */
interface Order {
  readonly url: string;
  readonly headers: Record<string, string>;
  readonly connections: number;
  readonly seconds: number;
  /** In seconds. */
  readonly timeout: number;
}

const { url, headers, connections, seconds, timeout }: Order = JSON.parse(Deno.args[0] ?? "");
const start = performance.now();
const end = start + seconds * 1000;
let answers = 0;

await Promise.all(Array.from({ length: connections }, async () => {
  while (performance.now() < end) {
    const response = await fetch(url, { headers, signal: AbortSignal.timeout(timeout * 1000) });
    await response.arrayBuffer();
    if (response.status >= 400) throw new Error(`GET ${url}: ${response.status}`);
    answers++;
  }
}));

const rate = answers / ((performance.now() - start) / 1000);
console.log(JSON.stringify({ ts: new Date().toISOString(), msg: "Answered", rate }));
