/** The namespace of the current context, which kubectl uses without -n. */
import { load } from "js-yaml";
import { readTextFile } from "../read_text_file.ts";

interface KubeconfigFile {
  readonly "current-context"?: unknown;
  readonly contexts?: readonly {
    readonly name?: unknown;
    readonly context?: { readonly namespace?: unknown };
  }[];
}

/** Returns `default` where no context names another one. An unreadable file counts as empty. */
export function contextNamespace(
  { kubeconfig, context }: { kubeconfig?: string | undefined; context?: string | undefined },
  env: (name: string) => string | undefined,
): string {
  const home = env("HOME") ?? env("USERPROFILE") ?? "";
  const listed = (env("KUBECONFIG") ?? "").split(Deno.build.os === "windows" ? ";" : ":").filter((path) =>
    path !== ""
  );
  const paths = kubeconfig !== undefined
    ? [kubeconfig]
    : listed.length > 0
    ? listed
    : [`${home}/.kube/config`];
  const files = paths.map(read);
  const current = context ??
    files.map((file) => file["current-context"]).find((name) => typeof name === "string" && name !== "");
  for (const { contexts } of files) {
    for (const one of Array.isArray(contexts) ? contexts : []) {
      const namespace = one?.name === current ? one?.context?.namespace : undefined;
      if (typeof namespace === "string" && namespace !== "") return namespace;
    }
  }
  return "default";
}

function read(path: string): KubeconfigFile {
  try {
    const file = load(readTextFile(path));
    return typeof file === "object" && file !== null ? file : {};
  } catch {
    // The server may need no kubeconfig. If it does, kubectl reports the reason.
    return {};
  }
}
