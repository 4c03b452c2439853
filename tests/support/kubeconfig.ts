export interface KubeconfigOptions {
  /** The path of a file with the token. */
  readonly tokenFile?: string;
}

/** Returns a kubeconfig for an API server over plain HTTP, such as the simulator. */
export function kubeconfigOf(server: string, user: KubeconfigOptions = {}): string {
  return JSON.stringify({
    apiVersion: "v1",
    kind: "Config",
    "current-context": "test",
    clusters: [{ name: "test", cluster: { server } }],
    contexts: [{ name: "test", context: { cluster: "test", user: "test" } }],
    users: [{ name: "test", user }],
  });
}
