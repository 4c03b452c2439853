/**
 * Runs the commands of all pages as they are written, in the order of each page.
 *
 * Four things differ: the server listens on a free port, `deno` replaces `npx -y deno@2.9.6`, the kubeconfig
 * is that of the test's own cluster, and if JSR does not answer, `deno run` gets the stand-ins. Commands that
 * cannot run here are listed below, each with the reason.
 */
import { assert, assertEquals } from "@std/assert";
import { cp } from "node:fs/promises";
import { dirname } from "node:path";
import { kinds } from "../../src/kinds/registry.ts";
import { Simulator } from "../../src/simulator/simulator.ts";
import { ApiServer, apiServerAvailable } from "../support/api_server.ts";
import { Astrolabe } from "../support/astrolabe.ts";
import { holds } from "../support/holds.ts";
import { jqAvailable } from "../support/jq.ts";
import { kubeconfigOf } from "../support/kubeconfig.ts";
import { codeBlocks, commands, pages, readPage } from "../support/markdown.ts";
import { IMPORT_MAP } from "../support/import_map.ts";

/** Commands that start a server, ask one, or change a cluster or a folder. */
const SERVES = /^(OTEL_\S+ )*deno (task (start|dev|demo)|run .* main\.ts)\b/;
const ASKS = /^curl /;
const ON_A_CLUSTER = /^(kubectl|helm|cd|echo) /;

/** What the page before installed would be in the way of another way to install it. */
const REMOVE_INSTALLATION = [
  "kubectl --namespace astrolabe-system delete --all --wait=false \\",
  "  deployments,statefulsets,services,networkpolicies,poddisruptionbudgets,cronjobs,configmaps,serviceaccounts",
  "kubectl delete clusterroles,clusterrolebindings --ignore-not-found astrolabe astrolabe-custom-resources",
].join("\n");

const NOT_RUN: readonly (readonly [command: RegExp, reason: string])[] = [
  [/^docker /, "it needs a Docker daemon"],
  [/^(kind|minikube) /, "it makes or removes a cluster of the machine"],
  [/\btask chart\b/, "it writes files; deploy/chart_test.ts compares them"],
  [/\btask (test|ok)\b/, "it would run this test again"],
  [/\btask (bench|soak|mutate|causes-score)\b/, "it takes minutes; commands_test.ts reads the options"],
  [/\btask (bundle|compile)\b|dist\/astrolabe\.js/, "deploy/bundle_test.ts makes the bundle and runs it"],
  [/^redis-server /, "its port may be taken; integration/persistence_restart_test.ts starts one"],
  [/ (rollout status|port-forward|logs|wait --for=condition=complete) /, "no Pod runs without a kubelet"],
  [/^while /m, "a loop does not end by itself; http/watch_test.ts resumes streams"],
  [
    /^kubectl astrolabe /,
    "docs/kubectl_test.ts runs them; integration/kubectl_plugin_test.ts lets kubectl find it",
  ],
  [/^sudo /, "it changes the machine; deploy/systemd_test.ts runs what the unit starts"],
  [/^helm test /, "no Pod runs without a kubelet; integration/chart_test.ts runs it with a small one"],
  [/^(sha256sum|gh|cosign) /, "it needs the files of a release; deploy/release_test.ts makes some"],
  [/^(astrolabe|journalctl) /, "it needs an installed program; commands_test.ts reads its flags"],
  [/^kubectl krew /, "it needs krew; deploy/release_test.ts compares its manifest with the archives"],
  [/\/files\/redis\/\w+\.sh /, "deploy/backup_test.ts runs the scripts"],
];

const all = pages().flatMap((path) => commands(readPage(path)).map(normalized));
const withoutApiServer = apiServerAvailable ? "" : " (skipped: KUBEBUILDER_ASSETS is not set)";
const withoutJq = jqAvailable ? "" : " (skipped: jq is not installed)";

Deno.test("Commands of the pages, are run or have a reason why not", () => {
  const isRun = (command: string) => [SERVES, ASKS, ON_A_CLUSTER].some((kind) => kind.test(command));
  assertEquals(all.filter((command) => !isRun(command) && !reasonOf(command)), []);
});

Deno.test("Commands of the pages, need every reason that is listed", () => {
  assertEquals(NOT_RUN.filter(([pattern]) => !all.some((command) => pattern.test(command))), []);
});

Deno.test("Commands that start a server, start one", async (test) => {
  const home = await Deno.makeTempDir({ prefix: "astrolabe-home-" });
  const simulator = Simulator.start({ kinds });
  try {
    await Deno.mkdir(`${home}/.kube`);
    await Deno.writeTextFile(`${home}/.kube/config`, kubeconfigOf(simulator.url));
    for (const command of new Set(all.filter((it) => SERVES.test(it)))) {
      await test.step(command, () => serve(command, home));
    }
  } finally {
    await simulator.close();
    await Deno.remove(home, { recursive: true });
  }
});

Deno.test(`Commands that ask a server, are answered${withoutJq}`, { ignore: !jqAvailable }, async (test) => {
  const astrolabe = await Astrolabe.start("demo");
  try {
    await astrolabe.ready();
    for (const command of new Set(all.filter((it) => ASKS.test(it)))) {
      await test.step(command.replaceAll(/\s+/g, " "), async () => {
        const asked = command.replace("localhost:8080", astrolabe.url.replace("http://", ""));
        const script = / -\w*N\b/.test(asked) ? firstLine(asked) : asked;
        assert((await shell(script, { cwd: "." })).trim() !== "", "it prints nothing");
      });
    }
  } finally {
    await astrolabe.stop();
  }
});

Deno.test(
  `Commands on a cluster, are taken by a real API server${withoutApiServer}`,
  { ignore: !apiServerAvailable },
  async (test) => {
    const server = await ApiServer.start({ controllers: true, serviceAccountAdmission: true });
    const cwd = await Deno.makeTempDir({ prefix: "astrolabe-commands-" });
    const env = {
      KUBECONFIG: server.kubeconfig(),
      HOME: cwd,
      PATH: `${Deno.env.get("KUBEBUILDER_ASSETS")}:${Deno.env.get("PATH")}`,
    };
    try {
      await cp("deploy", `${cwd}/deploy`, { recursive: true });
      await Deno.mkdir(`${cwd}/overlay`);
      await server.request("POST", "/api/v1/namespaces", { metadata: { name: "monitoring" } });
      for (const path of pages()) {
        await test.step(path, async () => {
          // `kubectl create` fails for the Secrets of the page before.
          await server.request("DELETE", "/api/v1/namespaces/astrolabe-system/secrets");
          await shell(REMOVE_INSTALLATION, { cwd, env });
          for (const script of scriptsOf(path)) {
            await Deno.writeTextFile(`${cwd}/overlay/kustomization.yaml`, overlayOf(path));
            await shell(script, { cwd, env });
          }
        });
      }
    } finally {
      await server.close();
      await Deno.remove(cwd, { recursive: true });
    }
  },
);

/** Returns the command with `deno` in place of the npx that stands for it. */
function normalized(command: string): string {
  return command.replace("npx -y deno@2.9.6", "deno");
}

function reasonOf(command: string): string | undefined {
  return NOT_RUN.find(([pattern]) => pattern.test(command))?.[1];
}

/**
 * Returns a script that prints the first line of a command that does not end by itself. Unlike on a terminal,
 * a pipe makes programs hold back their lines, unless stdbuf forbids it.
 */
function firstLine(command: string): string {
  const quoted = `'${command.replaceAll("'", "'\\''")}'`;
  return `head -n 1 < <(stdbuf -oL bash -c ${quoted} 2>/dev/null)`;
}

/** Returns the scripts of a page, one for each block, of the commands that a cluster takes. */
function scriptsOf(path: string): string[] {
  return codeBlocks(readPage(path))
    .filter(({ language }) => language === "sh")
    .map(({ text }) => commands(`\`\`\`sh\n${text}\`\`\`\n`))
    .map((block) => block.filter((command) => ON_A_CLUSTER.test(command) && !reasonOf(command)))
    .filter((block) => block.length > 0)
    .map((block) => block.join("\n"));
}

/** Returns the overlay that a page names `overlay/kustomization.yaml`, or the base where it names none. */
function overlayOf(path: string): string {
  const shown = codeBlocks(readPage(path)).find(({ text }) =>
    text.startsWith("# overlay/kustomization.yaml")
  );
  return shown?.text ?? "resources: [../deploy/kubernetes/base]\n";
}

/** Runs a script and returns its output. Rejects if any of its commands fails. */
async function shell(
  script: string,
  { cwd, env = {} }: { cwd: string; env?: Record<string, string> },
): Promise<string> {
  const { success, stdout, stderr } = await new Deno.Command("bash", {
    args: ["-eo", "pipefail", "-c", script],
    cwd,
    env,
    stdin: "null",
  }).output();
  if (!success) throw new Error(`${script}\n${new TextDecoder().decode(stderr)}`);
  return new TextDecoder().decode(stdout);
}

/** Runs the command in the folder of the project until its server listens, then kills all its processes. */
async function serve(command: string, home: string): Promise<void> {
  const child = new Deno.Command("setsid", {
    args: [
      "bash",
      "-c",
      command.replace("deno run", `deno run${IMPORT_MAP.map((flag) => ` ${flag}`).join("")}`),
    ],
    env: {
      HOME: home,
      KUBECONFIG: "",
      PORT: "0",
      BIND_ADDRESS: "127.0.0.1",
      NO_COLOR: "1",
      DENO_DIR: await denoDir(),
      PATH: `${dirname(Deno.execPath())}:${Deno.env.get("PATH")}`,
    },
    stdin: "null",
    stdout: "null",
    stderr: "piped",
  }).spawn();
  let log = "";
  let hasEnded = false;
  const end = child.status.then(() => hasEnded = true);
  const read = (async () => {
    for await (const text of child.stderr.pipeThrough(new TextDecoderStream())) log += text;
  })();
  try {
    await holds(() => assert(hasEnded || /Serving address=http/.test(log), log), 60);
    assert(!hasEnded, log);
  } finally {
    if (!hasEnded) Deno.kill(-child.pid, "SIGKILL");
    await Promise.all([end, read]);
  }
}

/** Returns the folder in which Deno keeps what it has downloaded. It would follow HOME. */
async function denoDir(): Promise<string> {
  const { stdout } = await new Deno.Command(Deno.execPath(), { args: ["info", "--json"], stdin: "null" })
    .output();
  return JSON.parse(new TextDecoder().decode(stdout)).denoDir;
}
