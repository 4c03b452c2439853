/**
 * Admits the bearers of the tokens in a file, who see everything. The file has one `name:token` a line; empty
 * lines and lines that begin with `#` are left out. It is read again when it has changed. While it cannot be
 * read, nobody is admitted by what it said before it changed.
 */
import { createHash, timingSafeEqual } from "node:crypto";
import type { GraphReader } from "../graph/queries/reader.ts";
import type { Logger } from "../log.ts";
import type { Clock } from "../model/clock.ts";
import {
  type Access,
  AccessError,
  type Asker,
  bearerToken,
  type Credentials,
  unauthenticated,
} from "./access.ts";
import { FailureLimit } from "./failure_limit.ts";

const CHECK_INTERVAL_MS = 1_000;

export interface TokenFileAccessOptions {
  readonly graph: GraphReader;
  readonly path: string;
  /** Reads the file. */
  readonly read: (path: string) => string;
  readonly clock: Clock;
  readonly log: Logger;
}

interface Entry {
  readonly digest: Uint8Array;
  readonly asker: Asker;
}

export class TokenFileAccess implements Access {
  readonly mode = "token";
  readonly #options: TokenFileAccessOptions;
  readonly #failures: FailureLimit;
  #text = "";
  #entries: readonly Entry[] = [];
  #checkedAt = -Infinity;

  /** @throws {Error} if the file cannot be read, or has a line that is not a name and a token. */
  constructor(options: TokenFileAccessOptions) {
    this.#options = options;
    this.#failures = new FailureLimit(options.clock);
    this.#read();
  }

  ask(credentials: Credentials): Asker {
    const token = bearerToken(credentials);
    this.#readAgain();
    const digest = digestOf(token);
    let found: Asker | undefined;
    // All are compared, so that the time does not tell which one is similar.
    for (const entry of this.#entries) if (timingSafeEqual(entry.digest, digest)) found = entry.asker;
    if (found !== undefined) return found;
    const { address } = credentials;
    if (!this.#failures.allows(address)) {
      throw new AccessError("too-many-failures", "Too many requests without a valid token");
    }
    this.#failures.failed(address);
    throw unauthenticated("The bearer token is not valid");
  }

  // deno-lint-ignore require-await -- rejects where `ask` throws
  async mayReadMetrics(credentials: Credentials): Promise<boolean> {
    this.ask(credentials);
    return true;
  }

  #readAgain(): void {
    const { clock, log, path } = this.#options;
    if (clock.now() - this.#checkedAt < CHECK_INTERVAL_MS) return;
    try {
      this.#read();
    } catch (error) {
      this.#text = "";
      this.#entries = [];
      log.warn("Cannot read the file of tokens; nobody is admitted", {
        path,
        error: error instanceof Error ? error.message : String(error),
      });
    }
  }

  #read(): void {
    const { read, path, graph, clock } = this.#options;
    this.#checkedAt = clock.now();
    const text = read(path);
    if (text === this.#text) return;
    this.#entries = parseTokens(text).map(({ name, token }) => ({
      digest: digestOf(token),
      asker: { name, graph, rights: "", namespaces: [] },
    }));
    this.#text = text;
  }
}

/** @throws {SyntaxError} that names the line, never what is in it. */
function parseTokens(text: string): { name: string; token: string }[] {
  return text.split("\n").flatMap((line, i) => {
    const trimmed = line.trim();
    if (trimmed === "" || trimmed.startsWith("#")) return [];
    const [, name, token] = /^([^:]+):([A-Za-z0-9\-._~+/]+=*)$/.exec(trimmed) ?? [];
    if (name === undefined || token === undefined) {
      throw new SyntaxError(`line ${i + 1} is not name:token, with a token of letters, digits and -._~+/=`);
    }
    return { name: name.trim(), token };
  });
}

function digestOf(token: string): Uint8Array {
  return createHash("sha256").update(token).digest();
}
