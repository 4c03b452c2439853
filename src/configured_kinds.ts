/**
 * The kinds as the configuration describes them: the shipped rules and those of the user's file. The file is
 * read once.
 */
import { UsageError } from "./cli/config.ts";
import { ConfigurationError, readConfiguration } from "./kinds/custom/configuration.ts";
import type { ConfiguredKind, FindConfigured } from "./kinds/custom/configured_kind.ts";
import { findAmong, withConfigured } from "./kinds/custom/configured_rule.ts";
import { findShipped } from "./kinds/custom/shipped.ts";
import { kinds as builtIn } from "./kinds/registry.ts";
import type { KindRule } from "./kinds/rule.ts";
import { readTextFile } from "./read_text_file.ts";

export interface ConfiguredKinds {
  /** The built-in kinds. */
  readonly kinds: readonly KindRule[];
  readonly find: FindConfigured;
  /** What the user's file says. */
  readonly named: readonly ConfiguredKind[];
}

/** @throws {UsageError} that names the file and the first mistake in it. */
export function configuredKinds(file: string | undefined): ConfiguredKinds {
  const named = file === undefined ? [] : readFile(file);
  const find = findAmong(named, findShipped());
  return { kinds: builtIn.map((rule) => withConfigured(rule, find)), find, named };
}

function readFile(file: string): ConfiguredKind[] {
  try {
    return readConfiguration(readTextFile(file), { isNamed: true });
  } catch (cause) {
    if (!(cause instanceof ConfigurationError)) {
      throw new UsageError(`--config: ${(cause as Error).message}`, { cause });
    }
    const more = cause.mistakes.length - 1;
    const rest = more === 0 ? "" : `; astrolabe check-config lists ${more} more`;
    throw new UsageError(`--config ${file}: ${cause.message}${rest}`, { cause });
  }
}
