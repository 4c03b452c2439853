/**
 * Installs the programs that tests need, runs the tests named on the command line or all tests, and prints
 * the slowest files, then the totals on a line of their own. All tests run in two processes at once. If a
 * program is missing, it says so first, and the tests that need it are skipped.
 */
const NEEDED = [
  ["redis-server", "redis-server", "against Redis"],
  ["redis-cli", "redis-tools", "against a Redis Cluster"],
  ["promtool", "prometheus", "of metrics and alerts"],
  ["jq", "jq", "of recipes and of the Grafana dashboard"],
  ["chromium", "chromium", "of the page in a browser"],
] as const;

const SLOWEST_SHOWN = 10;
/** The folders whose tests run beside all others. */
const STARTS_SERVERS = ["tests/integration", "tests/ha", "tests/deploy", "tests/docs"];

for (const [program, debian, tests] of NEEDED) {
  if (!await succeeds(program, "--version")) await install(program, { debian, tests });
}
if (!Deno.env.get("KUBEBUILDER_ASSETS")) {
  console.log(
    "KUBEBUILDER_ASSETS is not set, so the tests against a real API server are skipped. " +
      "It names the folder of etcd, kube-apiserver, kube-controller-manager and kubectl.",
  );
}

const isPartial = Deno.args.some((arg) => !arg.startsWith("-"));
// The tests that start servers wait for them much of the time.
const runs = isPartial
  ? [runTests([], "inherit")]
  : [runTests(STARTS_SERVERS, "inherit"), runTests([`--ignore=${STARTS_SERVERS}`], "piped")];
const results = await Promise.all(runs);
for (const { output } of results) console.log(output);

const xml = results.map(({ report }) => report).join("");
const count = (element: string) => xml.split(`<${element}`).length - 1;
const [tests, failures, skipped] = [
  count("testcase "),
  count("failure ") + count("error "),
  count("skipped"),
];
for (const [file, seconds] of slowestFiles(xml)) console.log(`${seconds.toFixed(1).padStart(7)} s  ${file}`);
const code = results.find(({ code }) => code !== 0)?.code ?? 0;
// A failure outside of any test fails the run but is not in the report.
const failed = failures === 0 && code !== 0 ? 1 : failures;
if (tests > 0) console.log(`\n${tests - failures - skipped} passed, ${failed} failed, ${skipped} skipped`);
Deno.exit(code);

interface Result {
  readonly code: number;
  /** What the tests printed, if it was piped. */
  readonly output: string;
  /** JUnit's XML. */
  readonly report: string;
}

async function runTests(more: readonly string[], stdout: "inherit" | "piped"): Promise<Result> {
  const file = await Deno.makeTempFile({ suffix: ".xml" });
  const child = new Deno.Command(Deno.execPath(), {
    args: [
      "test",
      ...["net", "env", "read", "write", "run", "sys"].map((permission) => `--allow-${permission}`),
      `--junit-path=${file}`,
      ...Deno.args,
      ...more,
    ],
    stdin: "null",
    stdout,
    stderr: stdout,
  }).spawn();
  const texts = stdout === "piped"
    ? [new Response(child.stdout).text(), new Response(child.stderr).text()]
    : [];
  const output = (await Promise.all(texts)).join("");
  const { code } = await child.status;
  const report = await Deno.readTextFile(file);
  await Deno.remove(file);
  return { code, output, report };
}

/** Returns the files whose tests took longest, with their seconds. */
function slowestFiles(xml: string): [file: string, seconds: number][] {
  const seconds = new Map<string, number>();
  for (const [, file = "", time] of xml.matchAll(/<testcase [^>]*classname="([^"]+)" time="([^"]+)"/g)) {
    seconds.set(file, (seconds.get(file) ?? 0) + Number(time));
  }
  return [...seconds].filter(([, time]) => time >= 1).sort(([, a], [, b]) => b - a).slice(0, SLOWEST_SHOWN);
}

async function install(
  program: string,
  { debian, tests }: { debian: string; tests: string },
): Promise<void> {
  const isDebian = await succeeds("apt-get", "--version");
  if (!isDebian || Deno.uid() !== 0) {
    const how = isDebian ? `sudo apt-get install ${debian}` : "your package manager";
    console.log(`${program} is missing, so the tests ${tests} are skipped. Install it with ${how}.`);
    return;
  }
  console.log(`Installing ${program}`);
  await succeeds("apt-get", "-qq", "update");
  if (!await succeeds("apt-get", "-qq", "--no-install-recommends", "install", debian)) {
    console.log(`${program} could not be installed, so the tests ${tests} are skipped.`);
  }
}

async function succeeds(command: string, ...args: string[]): Promise<boolean> {
  const env = { DEBIAN_FRONTEND: "noninteractive" };
  try {
    return (await new Deno.Command(command, { args, env, stdin: "null" }).output()).success;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}
