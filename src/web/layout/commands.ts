/** The commands that lead from the page to a terminal. */
import type { Key } from "../answers.ts";

/** Returns kubectl's commands for a resource. */
export function commandsFor({ kind, namespace, name }: Key, apiVersion: string): string[] {
  const [group = "", version] = apiVersion.includes("/") ? apiVersion.split("/") : ["", apiVersion];
  // Two custom groups may have a kind of one name, which KIND.VERSION.GROUP tells apart.
  const isCustom = group.includes(".") && !group.endsWith(".k8s.io");
  const type = isCustom ? `${kind.toLowerCase()}.${version}.${group}` : kind.toLowerCase();
  const target = [
    ...namespace === "" ? [] : ["-n", shellWord(namespace)],
    `${shellWord(type)}/${shellWord(name)}`,
  ].join(" ");
  const commands = [`kubectl get ${target} -o yaml`, `kubectl describe ${target}`];
  if (kind === "Pod") commands.push(`kubectl logs ${target} --all-containers`);
  if (["Deployment", "StatefulSet", "DaemonSet"].includes(kind)) {
    commands.push(`kubectl rollout status ${target}`, `kubectl logs ${target} --all-containers`);
  }
  return commands;
}

/** Returns Helm's commands for a release. */
export function commandsForRelease(
  { namespace, name }: { readonly namespace: string; readonly name: string },
): string[] {
  const target = `-n ${shellWord(namespace)} ${shellWord(name)}`;
  return [
    `helm status ${target}`,
    `helm history ${target}`,
    `helm get values ${target}`,
    `helm rollback ${target}`,
  ];
}

/** Returns a word for a shell, quoted if it needs to be. */
export function shellWord(text: string): string {
  return /^[\w./:@=-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}
