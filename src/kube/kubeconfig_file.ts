/**
 * Reads one kubeconfig file. Of each entry it keeps the fields that Astrolabe uses or refuses; paths become
 * absolute, relative to the folder of the file.
 * https://kubernetes.io/docs/reference/config-api/kubeconfig.v1/
 */
import { load as parseYaml } from "js-yaml";
import { dirname, isAbsolute, join } from "node:path";

export interface Cluster {
  readonly name: string;
  /** Address of the API server, without a slash at its end. */
  readonly server: string;
  readonly caFile?: string | undefined;
  /** PEM in base64, as are the other fields named `…Data`. */
  readonly caData?: string | undefined;
  readonly skipTlsVerify?: boolean | undefined;
  readonly tlsServerName?: string | undefined;
  readonly proxyUrl?: string | undefined;
}

export interface User {
  readonly name: string;
  readonly token?: string | undefined;
  readonly tokenFile?: string | undefined;
  readonly username?: string | undefined;
  readonly password?: string | undefined;
  readonly certFile?: string | undefined;
  readonly certData?: string | undefined;
  readonly keyFile?: string | undefined;
  readonly keyData?: string | undefined;
  readonly impersonate?: string | undefined;
  readonly exec?: ExecConfig | undefined;
}

/** https://kubernetes.io/docs/reference/access-authn-authz/authentication/#client-go-credential-plugins */
export interface ExecConfig {
  readonly apiVersion?: string | undefined;
  readonly command: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  /** Whether the plugin is told about the cluster. */
  readonly provideClusterInfo: boolean;
}

export interface Context {
  readonly name: string;
  readonly cluster: string;
  readonly user?: string | undefined;
}

export interface KubeconfigFile {
  readonly clusters: readonly Cluster[];
  readonly users: readonly User[];
  readonly contexts: readonly Context[];
  readonly currentContext?: string | undefined;
}

type Mapping = Readonly<Record<string, unknown>>;

/** @throws {Error} whose one line names the field and what is wrong with it. */
export function parseKubeconfig(text: string, path: string): KubeconfigFile {
  const file = mapping(text.trim() === "" ? {} : parseYaml(text) ?? {}, "the file");
  for (const list of ["clusters", "contexts", "users"]) {
    if (!Array.isArray(file[list] ?? [])) throw new SyntaxError("clusters, contexts and users must be lists");
  }
  const within = (file: string | undefined) =>
    file === undefined || isAbsolute(file) ? file : join(dirname(path), file);

  return {
    clusters: entries(file, "clusters", "cluster").map(({ name, of, field }) => ({
      name,
      server: needed(field("server"), `${of}.server`).replace(/\/$/, ""),
      caFile: within(field("certificate-authority")),
      caData: field("certificate-authority-data"),
      skipTlsVerify: field("insecure-skip-tls-verify") === "true",
      tlsServerName: field("tls-server-name"),
      proxyUrl: field("proxy-url"),
    })),
    users: entries(file, "users", "user").map(({ name, of, entry, field }) => {
      const tokenFile = within(field("tokenFile"));
      return {
        name,
        tokenFile,
        // kubectl prefers the file.
        token: tokenFile === undefined ? field("token") ?? idToken(entry, of) : undefined,
        username: field("username"),
        password: field("password"),
        certFile: within(field("client-certificate")),
        certData: field("client-certificate-data"),
        keyFile: within(field("client-key")),
        keyData: field("client-key-data"),
        impersonate: field("as"),
        exec: execConfig(entry, of, within),
      };
    }),
    contexts: entries(file, "contexts", "context").map(({ name, of, field }) => ({
      name,
      cluster: needed(field("cluster"), `${of}.cluster`),
      user: field("user"),
    })),
    currentContext: scalar(file["current-context"], "current-context"),
  };
}

/** Returns the entries of a list; `field` reads a field of what an entry holds under `key`. */
function entries(file: Mapping, list: string, key: string) {
  return ((file[list] ?? []) as unknown[]).map((value, index) => {
    const outer = value as Mapping | null;
    if (typeof outer?.["name"] !== "string") throw new SyntaxError("an entry has no name");
    const of = `${list}[${index}].${key}`;
    const entry = mapping(outer[key] ?? {}, of);
    return { name: outer["name"], of, entry, field: (name: string) => scalar(entry[name], `${of}.${name}`) };
  });
}

/** Returns the ID token of the auth provider `oidc`, which kubectl keeps in the file and refreshes. */
function idToken(user: Mapping, of: string): string | undefined {
  const provider = mapping(user["auth-provider"] ?? {}, `${of}.auth-provider`);
  if (provider["name"] !== "oidc") return undefined;
  const config = mapping(provider["config"] ?? {}, `${of}.auth-provider.config`);
  return scalar(config["id-token"], `${of}.auth-provider.config.id-token`);
}

function execConfig(
  user: Mapping,
  of: string,
  within: (path: string | undefined) => string | undefined,
): ExecConfig | undefined {
  if (user["exec"] === undefined || user["exec"] === null) return undefined;
  const exec = mapping(user["exec"], `${of}.exec`);
  const command = needed(scalar(exec["command"], `${of}.exec.command`), `${of}.exec.command`);
  const { args, env } = exec;
  const variables = list(env, `${of}.exec.env`).map((variable) => mapping(variable, `${of}.exec.env`));
  return {
    apiVersion: scalar(exec["apiVersion"], `${of}.exec.apiVersion`),
    // A name without a slash is looked up in PATH.
    command: command.includes("/") ? within(command) ?? command : command,
    args: list(args, `${of}.exec.args`).map((arg) => scalar(arg, `${of}.exec.args`) ?? ""),
    env: Object.fromEntries(
      variables.map(({ name, value }) => [
        needed(scalar(name, `${of}.exec.env`), `${of}.exec.env`),
        scalar(value, `${of}.exec.env`) ?? "",
      ]),
    ),
    provideClusterInfo: exec["provideClusterInfo"] === true,
  };
}

function mapping(value: unknown, name: string): Mapping {
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return value as Mapping;
  throw new SyntaxError(`${name} is not a mapping`);
}

function list(value: unknown, name: string): readonly unknown[] {
  if (Array.isArray(value ?? [])) return (value ?? []) as unknown[];
  throw new SyntaxError(`${name} is not a list`);
}

/** Returns the text of a scalar; undefined if it is missing or empty. */
function scalar(value: unknown, name: string): string | undefined {
  if (value === undefined || value === null || value === "") return undefined;
  if (typeof value === "object") throw new SyntaxError(`${name} is not a text`);
  return String(value);
}

function needed(value: string | undefined, name: string): string {
  if (value === undefined) throw new SyntaxError(`${name} is missing`);
  return value;
}
