/**
 * A real API server for tests: etcd and kube-apiserver from `KUBEBUILDER_ASSETS`, in a temporary folder and
 * on free ports, with RBAC. There is no kubelet and no scheduler. kube-controller-manager runs on request.
 *
 * Tests that need it are ignored if the variable is not set: `ignore: !apiServerAvailable`.
 */
import { generateKeyPairSync } from "node:crypto";
import { type Etcd, startEtcd } from "./etcd.ts";
import { freePort } from "./free_port.ts";
import { startProgram, type SupportProgram } from "./support_program.ts";

const ASSETS = Deno.env.get("KUBEBUILDER_ASSETS") ?? "";

/** Whether the programs are available. If not, tests on a real API server are skipped. */
export const apiServerAvailable: boolean = ASSETS !== "";

export interface ApiServerOptions {
  /** Runs kube-controller-manager too, with all its controllers or those of the list. */
  readonly controllers?: boolean | readonly string[];
  /** Turns on the admission plugin ServiceAccount, which requires the account of each Pod to exist. */
  readonly serviceAccountAdmission?: boolean;
  /** Complete objects to write into etcd before the API server starts. */
  readonly objects?: Iterable<object>;
  /** Users with static tokens. */
  readonly users?: readonly StaticUser[];
  /** Further arguments of kube-apiserver. */
  readonly arguments?: readonly string[];
  /** PEM of the authority whose client certificates are accepted. */
  readonly clientAuthority?: string;
}

export interface StaticUser {
  readonly name: string;
  readonly token: string;
  readonly groups: readonly string[];
}

export class ApiServer {
  readonly url: string;
  /** A token of a member of system:masters. */
  readonly token = crypto.randomUUID();
  readonly folder: string;

  #options: ApiServerOptions;
  #port: number;
  #etcd!: Etcd;
  #server: SupportProgram | undefined;
  #controllers: SupportProgram | undefined;
  #http: Deno.HttpClient | undefined;

  private constructor(folder: string, options: ApiServerOptions) {
    this.folder = folder;
    this.#options = options;
    this.#port = freePort();
    this.url = `https://127.0.0.1:${this.#port}`;
  }

  static async start(options: ApiServerOptions = {}): Promise<ApiServer> {
    if (!apiServerAvailable) throw new Error("KUBEBUILDER_ASSETS is not set");
    const server = new ApiServer(Deno.makeTempDirSync({ prefix: "astrolabe-api-server-" }), options);
    try {
      const { privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
      server.#write("service-account.key", privateKey.export({ type: "sec1", format: "pem" }));
      const users = [
        { name: "admin", token: server.token, groups: ["system:masters"] },
        ...options.users ?? [],
      ];
      const lines = users.map(({ name, token, groups }) => `${token},${name},${name},"${groups.join()}"\n`);
      server.#write("tokens.csv", lines.join(""));
      if (options.clientAuthority !== undefined) server.#write("client-ca.crt", options.clientAuthority);
      server.#etcd = await startEtcd(`${ASSETS}/etcd`, server.folder);
      if (options.objects) await server.#etcd.put(options.objects);
      await server.startServer();
    } catch (cause) {
      await server.close();
      throw cause;
    }
    return server;
  }

  /** PEM of the authority that signed the API server's certificate. */
  get ca(): string {
    return Deno.readTextFileSync(`${this.folder}/certificates/apiserver.crt`);
  }

  /** Sends a request as admin. Rejects unless the answer is a success. */
  async request(method: string, path: string, body?: unknown): Promise<unknown> {
    const response = await this.#fetch(method, path, body);
    const text = await response.text();
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`);
    return text.startsWith("{") ? JSON.parse(text) : text;
  }

  /**
   * Returns a new token of a service account, and creates the account if it does not exist. It has no rights
   * yet.
   */
  async serviceAccountToken(namespace: string, name: string): Promise<string> {
    const accounts = `/api/v1/namespaces/${namespace}/serviceaccounts`;
    const made = await this.#fetch("POST", accounts, { metadata: { name } });
    await made.body?.cancel();
    const answer = await this.request("POST", `${accounts}/${name}/token`, {
      apiVersion: "authentication.k8s.io/v1",
      kind: "TokenRequest",
      spec: { expirationSeconds: 3600 },
    });
    return (answer as { status: { token: string } }).status.token;
  }

  /** Writes a kubeconfig for the token and returns its path. */
  kubeconfig(token: string = this.token): string {
    const config = {
      apiVersion: "v1",
      kind: "Config",
      "current-context": "test",
      clusters: [{
        name: "test",
        cluster: { server: this.url, "certificate-authority-data": btoa(this.ca) },
      }],
      contexts: [{ name: "test", context: { cluster: "test", user: "test" } }],
      users: [{ name: "test", user: { token } }],
    };
    return this.#write(`${crypto.randomUUID()}.kubeconfig`, JSON.stringify(config));
  }

  /**
   * Kills the API server. etcd keeps its data. After SIGTERM it is killed when it no longer listens: with
   * watches open, the rest of its shutdown takes a minute.
   */
  async stopServer(signal: "SIGKILL" | "SIGTERM" = "SIGKILL"): Promise<void> {
    if (signal === "SIGTERM") {
      this.#server?.signal(signal);
      while (await this.#listens()) await new Promise((resolve) => setTimeout(resolve, 20));
    }
    await this.#server?.stop("SIGKILL");
    this.#server = undefined;
    this.#http?.close();
    this.#http = undefined;
  }

  async #listens(): Promise<boolean> {
    try {
      (await Deno.connect({ hostname: "127.0.0.1", port: this.#port })).close();
      return true;
    } catch {
      return false;
    }
  }

  /** Starts the API server (again), on the same port, and waits until it is ready. */
  async startServer(): Promise<void> {
    const { folder } = this;
    this.#server = startProgram(`${ASSETS}/kube-apiserver`, `${folder}/kube-apiserver.log`, [
      `--etcd-servers=${this.#etcd.url}`,
      "--bind-address=127.0.0.1",
      `--secure-port=${this.#port}`,
      `--cert-dir=${folder}/certificates`,
      "--service-cluster-ip-range=10.0.0.0/24",
      "--service-account-issuer=https://kubernetes.default.svc",
      `--service-account-signing-key-file=${folder}/service-account.key`,
      `--service-account-key-file=${folder}/service-account.key`,
      `--token-auth-file=${folder}/tokens.csv`,
      "--authorization-mode=RBAC",
      "--endpoint-reconciler-type=none",
      "--allow-privileged",
      ...this.#options.arguments ?? [],
      ...(this.#options.clientAuthority === undefined ? [] : [`--client-ca-file=${folder}/client-ca.crt`]),
      ...(this.#options.serviceAccountAdmission ? [] : ["--disable-admission-plugins=ServiceAccount"]),
    ]);
    await this.#server.until(async () => {
      const response = await this.#fetch("GET", "/readyz");
      await response.body?.cancel();
      return response.ok;
    });
    if (this.#options.controllers && !this.#controllers) {
      const kubeconfig = this.kubeconfig();
      this.#controllers = startProgram(
        `${ASSETS}/kube-controller-manager`,
        `${folder}/kube-controller-manager.log`,
        [
          `--kubeconfig=${kubeconfig}`,
          "--use-service-account-credentials=false",
          `--service-account-private-key-file=${folder}/service-account.key`,
          "--leader-elect=false",
          "--secure-port=0",
          `--controllers=${this.#options.controllers === true ? "*" : this.#options.controllers.join()}`,
        ],
      );
    }
  }

  /** Copies the current data of etcd. */
  backUpEtcd(): Promise<void> {
    return this.#etcd.backUp();
  }

  /** Restores etcd from the copy while the API server is stopped. */
  restoreEtcd(): Promise<void> {
    return this.#etcd.restore();
  }

  async close(): Promise<void> {
    await this.#controllers?.stop("SIGKILL");
    await this.stopServer();
    await this.#etcd?.stop();
    await Deno.remove(this.folder, { recursive: true });
  }

  #fetch(method: string, path: string, body?: unknown): Promise<Response> {
    this.#http ??= Deno.createHttpClient({ caCerts: [this.ca], http2: false });
    const type = method === "PATCH" ? "application/merge-patch+json" : "application/json";
    return fetch(this.url + path, {
      method,
      headers: { authorization: `Bearer ${this.token}`, "content-type": type },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      client: this.#http,
      signal: AbortSignal.timeout(30_000),
    });
  }

  #write(name: string, text: string | Uint8Array): string {
    const path = `${this.folder}/${name}`;
    if (typeof text === "string") Deno.writeTextFileSync(path, text);
    else Deno.writeFileSync(path, text);
    return path;
  }
}
