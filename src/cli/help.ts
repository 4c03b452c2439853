import { COMMANDS, type Option, OPTIONS } from "./options.ts";

/** Returns the text of `--help`, at most 100 columns wide. */
export function help(): string {
  const options = Object.entries<Option<unknown>>(OPTIONS).map(([name, option]) => ({
    ...option,
    left: `--${name}${option.value ? ` ${option.value}` : ""}`,
  }));
  const width = Math.max(...options.map(({ left }) => left.length)) + 2;

  const section = (title: string, only: string | undefined) => [
    "",
    title,
    ...options.filter((option) => option.only === only).flatMap((option) => [
      `  ${option.left.padEnd(width)}${option.explanation}`,
      `  ${"".padEnd(width)}${origin(option)}`,
    ]),
  ];
  return [
    "Astrolabe keeps a live graph of a Kubernetes cluster's resources and serves it over HTTP.",
    "",
    "  astrolabe [serve]   follow the cluster of a kubeconfig or a service account",
    "  astrolabe demo      follow a sample cluster that lives in memory",
    "  astrolabe health    ask a running server whether it is ready: exit code 0 or 1",
    "  astrolabe version   print versions",
    ...section("Flags", undefined),
    ...COMMANDS.flatMap((command) =>
      options.some(({ only }) => only === command) ? section(`Flags of ${command}`, command) : []
    ),
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
