import { type Command, type Option, OPTIONS } from "./options.ts";

/** Returns the text of `--help`, at most 100 columns wide. */
export function help(): string {
  const options = Object.entries<Option<unknown>>(OPTIONS).map(([name, option]) => ({
    ...option,
    left: `--${name}${option.value ? ` ${option.value}` : ""}`,
  }));
  const width = Math.max(...options.map(({ left }) => left.length)) + 2;

  /** A section has the flags of the same commands. */
  const commandsOf = ({ only }: { only?: readonly Command[] }) => only?.join(" and ") ?? "";
  const section = (title: string, commands: string) => [
    "",
    title,
    ...options.filter((option) => commandsOf(option) === commands).flatMap((option) => [
      `  ${option.left.padEnd(width)}${option.explanation}`,
      `  ${"".padEnd(width)}${origin(option)}`,
    ]),
  ];
  const limited = new Set(options.map(commandsOf).filter((commands) => commands !== ""));
  return [
    "Astrolabe keeps a live graph of a Kubernetes cluster's resources and serves it over HTTP.",
    "",
    "  astrolabe [serve]            follow the cluster of a kubeconfig or a service account",
    "  astrolabe demo               follow a sample cluster that lives in memory",
    "  astrolabe check-config FILE  explain a configuration file, or name the mistakes in it",
    "  astrolabe health             ask a running server whether it is ready: exit code 0 or 1",
    "  astrolabe version            print versions",
    ...section("Flags", ""),
    ...[...limited].flatMap((commands) => section(`Flags of ${commands}`, commands)),
    "",
  ].join("\n");
}

function origin({ environment, default: value, otherwise, repeatable }: Option<unknown>): string {
  return [
    ...environment ? [`$${environment}`] : [],
    `default: ${value ?? otherwise}`,
    ...repeatable ? ["repeatable"] : [],
  ].join(", ");
}
