import { assertEquals, assertThrows } from "@std/assert";
import { type KubeConfigOptions, loadKubeConfig } from "../../src/kube/kube_config.ts";

interface KubeconfigParts {
  readonly name?: string;
  readonly server?: string;
  readonly cluster?: object;
  readonly user?: object;
  readonly current?: string;
}

/** A kubeconfig whose context, cluster and user all have the same name. */
function kubeconfig({ name = "a", server, cluster = {}, user = {}, current = name }: KubeconfigParts = {}) {
  return JSON.stringify({
    "current-context": current,
    clusters: [{ name, cluster: { server: server ?? `https://${name}.test`, ...cluster } }],
    users: [{ name, user: { token: `token-${name}`, ...user } }],
    contexts: [{ name, context: { cluster: name, user: name } }],
  });
}

/** Runs with these files in a folder and these variables, and no others that matter. */
function withFiles(
  { files = {}, variables = {} }: {
    files?: Record<string, string>;
    variables?: Record<string, (folder: string) => string>;
  },
  test: (folder: string) => void,
): void {
  const folder = Deno.makeTempDirSync();
  const names = ["KUBECONFIG", "HOME", "USERPROFILE", "KUBERNETES_SERVICE_HOST", "KUBERNETES_SERVICE_PORT"];
  const before = names.map((name) => [name, Deno.env.get(name)] as const);
  try {
    for (const name of names) Deno.env.delete(name);
    for (const [name, value] of Object.entries(variables)) Deno.env.set(name, value(folder));
    for (const [path, text] of Object.entries(files)) {
      Deno.mkdirSync(`${folder}/${path}`.replace(/\/[^/]*$/, ""), { recursive: true });
      Deno.writeTextFileSync(`${folder}/${path}`, text);
    }
    test(folder);
  } finally {
    for (const [name, value] of before) {
      value === undefined ? Deno.env.delete(name) : Deno.env.set(name, value);
    }
    Deno.removeSync(folder, { recursive: true });
  }
}

function serverOf(options: KubeConfigOptions): string | undefined {
  return loadKubeConfig(options).cluster.server;
}

const MOUNT = "var/run/secrets/kubernetes.io/serviceaccount";
const mounted = {
  files: { [`${MOUNT}/token`]: "secret", [`${MOUNT}/ca.crt`]: "", "config": kubeconfig() },
  variables: { KUBERNETES_SERVICE_HOST: () => "10.0.0.1", KUBERNETES_SERVICE_PORT: () => "443" },
};

Deno.test("loadKubeConfig() takes the current context", () => {
  withFiles({ files: { config: kubeconfig() } }, (folder) => {
    assertEquals(serverOf({ kubeconfig: `${folder}/config` }), "https://a.test");
  });
});

Deno.test("loadKubeConfig() takes KUBECONFIG before the file in the home directory", () => {
  withFiles({
    files: { ".kube/config": kubeconfig({ name: "home" }), other: kubeconfig({ name: "other" }) },
    variables: { HOME: (folder) => folder, KUBECONFIG: (folder) => `${folder}/other` },
  }, () => assertEquals(serverOf({}), "https://other.test"));
});

Deno.test("loadKubeConfig() takes the file in the home directory", () => {
  withFiles(
    { files: { ".kube/config": kubeconfig({ name: "home" }) }, variables: { HOME: (folder) => folder } },
    () => assertEquals(serverOf({}), "https://home.test"),
  );
});

const two = {
  files: { one: kubeconfig({ name: "one" }), two: kubeconfig({ name: "two" }) },
  variables: { KUBECONFIG: (folder: string) => `${folder}/one:${folder}/missing:${folder}/two` },
};

Deno.test("loadKubeConfig() takes the current context of the first file in KUBECONFIG", () => {
  withFiles(two, () => assertEquals(serverOf({}), "https://one.test"));
});

Deno.test("loadKubeConfig() finds a context in a later file of KUBECONFIG", () => {
  withFiles(two, () => assertEquals(serverOf({ context: "two" }), "https://two.test"));
});

Deno.test("loadKubeConfig() takes a name from the first file in KUBECONFIG that has it", () => {
  withFiles({
    files: { one: kubeconfig(), two: kubeconfig({ server: "https://second.test" }) },
    variables: { KUBECONFIG: (folder) => `${folder}/one:${folder}/two` },
  }, () => assertEquals(serverOf({}), "https://a.test"));
});

Deno.test("loadKubeConfig() accepts an empty file in KUBECONFIG", () => {
  withFiles({
    files: { one: "", two: kubeconfig() },
    variables: { KUBECONFIG: (folder) => `${folder}/one:${folder}/two` },
  }, () => assertEquals(serverOf({}), "https://a.test"));
});

Deno.test("loadKubeConfig() takes a mounted service account before KUBECONFIG", () => {
  withFiles(
    { ...mounted, variables: { ...mounted.variables, KUBECONFIG: (folder) => `${folder}/config` } },
    (root) => assertEquals(serverOf({ root }), "https://10.0.0.1:443"),
  );
});

Deno.test("loadKubeConfig() takes --kubeconfig before a mounted service account", () => {
  withFiles(mounted, (root) => {
    assertEquals(serverOf({ root, kubeconfig: `${root}/config`, inCluster: true }), "https://a.test");
  });
});

Deno.test("loadKubeConfig() ignores a mounted service account if told to", () => {
  withFiles(
    { ...mounted, variables: { ...mounted.variables, KUBECONFIG: (folder) => `${folder}/config` } },
    (root) => assertEquals(serverOf({ root, inCluster: false }), "https://a.test"),
  );
});

Deno.test("loadKubeConfig() resolves tokenFile relative to the kubeconfig", () => {
  withFiles({ files: { config: kubeconfig({ user: { tokenFile: "token" } }) } }, (folder) => {
    const { user } = loadKubeConfig({ kubeconfig: `${folder}/config` });
    assertEquals([user.authProvider.config.tokenFile, user.token], [`${folder}/token`, undefined]);
  });
});

Deno.test("loadKubeConfig() resolves certificates and plugins relative to the kubeconfig", () => {
  const user = { "client-certificate": "cert.pem", exec: { command: "./plugin" } };
  withFiles({ files: { config: kubeconfig({ user }) } }, (folder) => {
    const { certFile, exec } = loadKubeConfig({ kubeconfig: `${folder}/config` }).user;
    assertEquals([certFile, exec?.command], [`${folder}/cert.pem`, `${folder}/plugin`]);
  });
});

/** What is refused, and the line that says why. */
const refused: Record<string, [text: string, options: KubeConfigOptions, message: string]> = {
  "a broken file": ["a: [", {}, "is broken: "],
  "a file that is no mapping": ["text", {}, "is broken: it is not a mapping"],
  "an empty user": ["users: [null]", {}, "is broken: an entry has no name"],
  "an empty context": ["contexts: [null]", {}, "is broken: an entry has no name"],
  "a cluster without a server": [
    kubeconfig({ cluster: { server: "" } }),
    {},
    "clusters[0].cluster.server is missing",
  ],
  "an unknown context": [kubeconfig(), { context: "b" }, 'unknown context "b": the kubeconfig has a'],
  "no current context": [kubeconfig({ current: "" }), {}, "no current context: add --context (it has a)"],
  "an empty file": ["", {}, "no current context: add --context (it has no contexts)"],
  "a server that is no URL": [kubeconfig({ server: "a.test" }), {}, "server a.test is not an http(s) URL"],
  "insecure-skip-tls-verify": [
    kubeconfig({ cluster: { "insecure-skip-tls-verify": true } }),
    {},
    'cluster "a": insecure-skip-tls-verify is not supported; put the cluster\'s CA into',
  ],
  "tls-server-name": [
    kubeconfig({ cluster: { "tls-server-name": "x" } }),
    {},
    'cluster "a": tls-server-name is not supported; use a server address',
  ],
  "proxy-url": [
    kubeconfig({ cluster: { "proxy-url": "http://proxy" } }),
    {},
    'cluster "a": proxy-url is not supported; set the variable HTTPS_PROXY',
  ],
};

for (const [what, [text, options, message]] of Object.entries(refused)) {
  Deno.test(`loadKubeConfig() refuses ${what}`, () => {
    withFiles({ files: { config: text } }, (folder) => {
      assertThrows(() => loadKubeConfig({ kubeconfig: `${folder}/config`, ...options }), Error, message);
    });
  });
}

Deno.test("loadKubeConfig() names the file that cannot be read", () => {
  withFiles({}, (folder) => {
    assertThrows(
      () => loadKubeConfig({ kubeconfig: `${folder}/none` }),
      Error,
      `kubeconfig ${folder}/none cannot be read: No such file or directory`,
    );
  });
});

Deno.test("loadKubeConfig() says what to do if there is no kubeconfig", () => {
  withFiles({ variables: { HOME: (folder) => folder } }, () => {
    assertThrows(() => loadKubeConfig({}), Error, "add --kubeconfig or set KUBECONFIG");
  });
});

Deno.test("loadKubeConfig() refuses --in-cluster outside of a cluster", () => {
  withFiles({}, (root) => {
    assertThrows(() => loadKubeConfig({ root, inCluster: true }), Error, "no service account is mounted");
  });
});

Deno.test("loadKubeConfig() refuses --context in a cluster", () => {
  withFiles(mounted, (root) => {
    assertThrows(() => loadKubeConfig({ root, context: "a" }), Error, "--context needs a kubeconfig");
  });
});

Deno.test("loadKubeConfig() does not look for a service account with --kubeconfig", () => {
  // A path below a file cannot even be looked at.
  withFiles({
    files: { config: kubeconfig(), "root/var/run/secrets/kubernetes.io": "" },
    variables: { KUBERNETES_SERVICE_HOST: () => "10.0.0.1" },
  }, (folder) => {
    const config = loadKubeConfig({ kubeconfig: `${folder}/config`, root: `${folder}/root` });
    assertEquals(config.cluster.server, "https://a.test");
  });
});

for (const part of ["clusters", "contexts", "users"]) {
  Deno.test(`loadKubeConfig() says what is wrong if ${part} is not a list`, () => {
    withFiles({ files: { config: JSON.stringify({ ...JSON.parse(kubeconfig()), [part]: 5 }) } }, (folder) => {
      const load = () => loadKubeConfig({ kubeconfig: `${folder}/config` });
      assertThrows(load, Error, "clusters, contexts and users must be lists");
    });
  });
}

for (const server of ["https://me:hunter2@a.test", "me:hunter2@a.test:6443", "ftp://me:hunter2@a.test"]) {
  Deno.test(`loadKubeConfig() refuses a password in the address ${server}, and does not repeat it`, () =>
    withFiles({ files: { config: kubeconfig({ server }) } }, (folder) => {
      const { message } = assertThrows(() => loadKubeConfig({ kubeconfig: `${folder}/config` }), Error);
      assertEquals([message.includes("contains a password"), message.includes("hunter2")], [true, false]);
    }));
}
