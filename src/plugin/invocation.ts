import type { Flags } from "./command_line.ts";
import type { Output } from "./output.ts";
import type { Server } from "./server.ts";

/** What a command gets. */
export interface Invocation {
  /** The arguments after the command. */
  readonly words: readonly string[];
  readonly flags: Flags;
  /** Undefined means all namespaces. */
  readonly namespace: string | undefined;
  readonly server: Server;
  readonly output: Output;
  readonly signal: AbortSignal;
}

export interface Command {
  readonly usage: string;
  readonly summary: string;
  /** Returns the exit code. */
  run(invocation: Invocation): Promise<number>;
}
