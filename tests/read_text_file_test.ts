/** Files and programs that Deno refuses to a process without all permissions, as all who read files say it. */
import { assert, assertEquals, assertRejects, assertStringIncludes, assertThrows } from "@std/assert";
import { readConfig } from "../src/cli/config.ts";
import { CredentialReader } from "../src/kube/credential_reader.ts";
import { loadKubeConfig } from "../src/kube/kube_config.ts";
import type { User } from "@kubernetes/client-node/dist/config_types.js";
import { Connection } from "../src/persist/redis/connection.ts";
import { readTextFile } from "../src/read_text_file.ts";

/** What `deno task start` grants. */
const permissions = { read: true, env: true, net: true, run: false };
const OUT_OF_REACH = "files below /dev, /proc and /sys are out of reach for Astrolabe";
const FILE = "/dev/shm/file";

function check({ message }: Error, path: string): void {
  assertStringIncludes(message, `${path} cannot be read: ${OUT_OF_REACH}`);
  assertEquals([message.includes("allow-all"), message.includes("\n")], [false, false]);
}

for (const path of [FILE, "/dev/fd/3", "/proc/self/environ", "/proc/1/root/config", "/sys/kernel/file"]) {
  Deno.test(`readTextFile() says in our words that ${path} is out of reach`, { permissions }, () => {
    check(assertThrows(() => readTextFile(path), Error), path);
  });
}

Deno.test("readTextFile() names the permission that does not cover a file", {
  permissions: { ...permissions, read: ["/tmp"] },
}, () => {
  const { message } = assertThrows(() => readTextFile("/etc/hostname"), Error);
  assertStringIncludes(message, 'the permission --allow-read does not cover "/etc/hostname"');
});

Deno.test("readTextFile() gives the system's reason otherwise", { permissions }, () => {
  const { message } = assertThrows(() => readTextFile("/nonexistent"), Error);
  assertEquals(message, "/nonexistent cannot be read: No such file or directory (os error 2)");
});

const credentials: Readonly<Record<string, { user?: Partial<User>; cluster?: { caFile: string } }>> = {
  "certificate authority": { cluster: { caFile: FILE } },
  "client certificate": { user: { certFile: FILE, keyData: btoa("key") } },
  "key": { user: { keyFile: FILE, certData: btoa("cert") } },
  "token": { user: { authProvider: { name: "tokenFile", config: { tokenFile: FILE } } } },
};

for (const [what, { user, cluster }] of Object.entries(credentials)) {
  Deno.test(`CredentialReader.read() says that a ${what} is out of reach`, { permissions }, async () => {
    const reader = new CredentialReader({
      cluster: { name: "c", server: "https://a.test", skipTLSVerify: false, ...cluster },
      user: { name: "me", ...user },
    });
    check(await assertRejects(() => reader.read(), Error), FILE);
  });
}

Deno.test("CredentialReader.read() names the program that it may not run", { permissions }, async () => {
  const reader = new CredentialReader({
    cluster: { name: "c", server: "https://a.test", skipTLSVerify: false },
    user: { name: "me", exec: { command: "/dev/shm/plugin", args: [] } },
  });
  const { message } = await assertRejects(() => reader.read(), Error);
  assert(/may not run "[^"]*plugin": the permission --allow-run must name it$/.test(message), message);
});

Deno.test("loadKubeConfig() says that a file of KUBECONFIG is out of reach", { permissions }, () => {
  const before = Deno.env.get("KUBECONFIG");
  Deno.env.set("KUBECONFIG", FILE);
  try {
    check(assertThrows(() => loadKubeConfig({ inCluster: false }), Error), FILE);
  } finally {
    before === undefined ? Deno.env.delete("KUBECONFIG") : Deno.env.set("KUBECONFIG", before);
  }
});

Deno.test(
  "readConfig() reads a password from a file, and says that it is out of reach",
  { permissions },
  () => {
    const variables = new Map([["REDIS_PASSWORD_FILE", FILE], ["ENABLE_PERSISTENCE", "true"]]);
    const { redis } = readConfig("serve", new Map(), { get: (name) => variables.get(name) });
    check(assertThrows(() => redis?.password?.(), Error), FILE);
  },
);

for (const field of ["ca", "cert", "key"] as const) {
  Deno.test(`Connection says that the file of its ${field} is out of reach`, { permissions }, () => {
    const open = () => new Connection({ host: "localhost", port: 1 }, { tls: { [field]: FILE }, silence: 1 });
    check(assertThrows(open, Error), FILE);
  });
}
