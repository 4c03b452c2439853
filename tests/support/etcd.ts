/**
 * etcd for a test's API server. Objects can be written into it as the API server would store them,
 * which is the fastest way to a large cluster: some 10,000 a second instead of some hundreds.
 */
import { freePort, startProgram } from "./support_program.ts";

export interface Etcd {
  readonly url: string;
  /** Stores complete Kubernetes objects. Only before the API server starts. */
  put(objects: Iterable<object>): Promise<void>;
  stop(): Promise<void>;
}

/** Where the API server's key is not `/registry/<plural>/`. */
const FOLDERS = new Map([
  ["Service", "services/specs"],
  ["Ingress", "ingress"],
  ["StorageClass", "storageclasses"],
]);

const PUTS_A_TRANSACTION = 100;

export async function startEtcd(program: string, folder: string): Promise<Etcd> {
  const url = `http://127.0.0.1:${freePort()}`;
  const peer = `http://127.0.0.1:${freePort()}`;
  const etcd = startProgram(program, `${folder}/etcd.log`, [
    `--data-dir=${folder}/etcd`,
    "--unsafe-no-fsync",
    `--listen-client-urls=${url}`,
    `--advertise-client-urls=${url}`,
    `--listen-peer-urls=${peer}`,
    `--initial-advertise-peer-urls=${peer}`,
    `--initial-cluster=default=${peer}`,
    "--quota-backend-bytes=8589934592",
    "--log-level=warn",
  ]);
  await etcd.until(async () => {
    const response = await fetch(`${url}/health`);
    await response.body?.cancel();
    return response.ok;
  });

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

    stop: () => etcd.stop("SIGKILL"),
  };
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
