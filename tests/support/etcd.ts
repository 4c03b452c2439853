/**
 * etcd for the API server of a test. Tests can write objects into it as the API server stores them. This is
 * the fastest way to a large cluster: about 10,000 objects a second instead of some hundreds.
 */
import { freePort } from "./free_port.ts";
import { startProgram, type SupportProgram } from "./support_program.ts";

export interface Etcd {
  readonly url: string;
  /** Stores complete Kubernetes objects. Must be called before the API server starts. */
  put(objects: Iterable<object>): Promise<void>;
  /** Copies the current data. */
  backUp(): Promise<void>;
  /** Stops etcd, restores the copy and starts etcd again. Later revisions are then used a second time. */
  restore(): Promise<void>;
  stop(): Promise<void>;
}

/** The resources whose key is not `/registry/<plural>/`. */
const FOLDERS = new Map([
  ["Service", "services/specs"],
  ["Ingress", "ingress"],
  ["StorageClass", "storageclasses"],
  ["Node", "minions"],
  ["ReplicationController", "controllers"],
  ["NetworkPolicy", "networkpolicies"],
  ["IngressClass", "ingressclasses"],
  ["PriorityClass", "priorityclasses"],
  ["APIService", "apiregistration.k8s.io/apiservices"],
  ["CustomResourceDefinition", "apiextensions.k8s.io/customresourcedefinitions"],
]);

const PUTS_A_TRANSACTION = 100;

export async function startEtcd(program: string, folder: string): Promise<Etcd> {
  const url = `http://127.0.0.1:${freePort()}`;
  const peer = `http://127.0.0.1:${freePort()}`;
  const data = `${folder}/etcd`;
  const backup = `${folder}/etcd-backup`;
  const args = [
    `--data-dir=${data}`,
    "--unsafe-no-fsync",
    `--listen-client-urls=${url}`,
    `--advertise-client-urls=${url}`,
    `--listen-peer-urls=${peer}`,
    `--initial-advertise-peer-urls=${peer}`,
    `--initial-cluster=default=${peer}`,
    "--quota-backend-bytes=8589934592",
    "--log-level=warn",
  ];
  async function start(): Promise<SupportProgram> {
    const etcd = startProgram(program, `${folder}/etcd.log`, args);
    await etcd.until(async () => {
      const response = await fetch(`${url}/health`);
      await response.body?.cancel();
      return response.ok;
    });
    return etcd;
  }
  let etcd = await start();

  return {
    url,

    async put(objects) {
      let batch: unknown[] = [];
      for (const object of objects) {
        batch.push({ requestPut: { key: base64(keyOf(object)), value: base64(JSON.stringify(object)) } });
        if (batch.length === PUTS_A_TRANSACTION) {
          await transact(url, batch);
          batch = [];
        }
      }
      if (batch.length > 0) await transact(url, batch);
    },

    async backUp() {
      etcd.signal("SIGSTOP");
      await copyFolder(data, backup);
      etcd.signal("SIGCONT");
    },

    async restore() {
      await etcd.stop("SIGTERM");
      await copyFolder(backup, data);
      etcd = await start();
    },

    stop: () => etcd.stop("SIGKILL"),
  };
}

/** Replaces a folder with a copy of another one. */
async function copyFolder(from: string, to: string): Promise<void> {
  await Deno.remove(to, { recursive: true }).catch(() => {});
  await Deno.mkdir(to);
  for await (const { name, isDirectory } of Deno.readDir(from)) {
    if (isDirectory) await copyFolder(`${from}/${name}`, `${to}/${name}`);
    else await Deno.copyFile(`${from}/${name}`, `${to}/${name}`);
  }
}

async function transact(url: string, success: unknown[]): Promise<void> {
  const response = await fetch(`${url}/v3/kv/txn`, { method: "POST", body: JSON.stringify({ success }) });
  const text = await response.text();
  if (!response.ok) throw new Error(`etcd refused ${success.length} objects: ${response.status} ${text}`);
}

interface StoredObject {
  kind: string;
  metadata: { namespace?: string; name: string };
}

function keyOf(object: object): string {
  const { kind, metadata: { namespace, name } } = object as StoredObject;
  const folder = FOLDERS.get(kind) ?? `${kind.toLowerCase()}s`;
  return namespace === undefined ? `/registry/${folder}/${name}` : `/registry/${folder}/${namespace}/${name}`;
}

function base64(text: string): string {
  return new TextEncoder().encode(text).toBase64();
}
