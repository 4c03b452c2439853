/** A plain client of the simulator, which reads what really comes over the wire. */
import type { KubeObject } from "../../src/simulator/kube_object.ts";
import { Simulator, type SimulatorOptions } from "../../src/simulator/simulator.ts";
import { namespace, pod, replicaSet } from "./kinds.ts";

export const STREAMED_LIST =
  "watch=1&sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true";

/** Runs the test against a simulator that serves Pods, ReplicaSets and Namespaces. */
export async function withSimulator(
  test: (simulator: Simulator) => Promise<void>,
  options: Partial<SimulatorOptions> = {},
): Promise<void> {
  const simulator = Simulator.start({ kinds: [pod, replicaSet, namespace], ...options });
  try {
    await test(simulator);
  } finally {
    await simulator.close();
  }
}

export function aPod(name: string, labels: Record<string, string> = {}, inNamespace = "default"): KubeObject {
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name, namespace: inNamespace, labels },
    spec: { containers: [{ name: "main", image: "busybox" }] },
    status: { phase: "Running" },
  };
}

// deno-lint-ignore no-explicit-any -- an answer is whatever the test asserts it to be
export type Answer = any;

export interface JsonAnswer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Answer;
}

export async function getJson(url: string, init?: RequestInit): Promise<JsonAnswer> {
  const response = await fetch(url, init);
  return { status: response.status, headers: response.headers, body: await response.json() };
}

/** The lines of an answer, one at a time. */
export class Lines {
  readonly #reader: ReadableStreamDefaultReader<string>;
  #rest = "";

  private constructor(body: ReadableStream<Uint8Array<ArrayBuffer>>) {
    this.#reader = body.pipeThrough(new TextDecoderStream()).getReader();
  }

  static async open(url: string, init?: RequestInit): Promise<Lines> {
    const response = await fetch(url, init);
    if (response.body === null) throw new Error(`${url} has no body`);
    return new Lines(response.body);
  }

  /** Undefined at the end of the answer; throws when the connection is cut. */
  async next(): Promise<string | undefined> {
    for (;;) {
      const end = this.#rest.indexOf("\n");
      if (end >= 0) {
        const line = this.#rest.slice(0, end);
        this.#rest = this.#rest.slice(end + 1);
        return line;
      }
      const { done, value } = await this.#reader.read();
      if (done) return this.#rest === "" ? undefined : this.#rest;
      this.#rest += value;
    }
  }

  /** The next line as JSON. */
  async event(): Promise<Answer> {
    return JSON.parse(await this.next() ?? "null");
  }

  /** Type and name of the next lines. */
  async events(count: number): Promise<string[]> {
    const events: string[] = [];
    while (events.length < count) {
      const { type, object } = await this.event();
      events.push(`${type} ${object.metadata.name ?? ""}`.trim());
    }
    return events;
  }

  /** What came of a line that has not ended. */
  get pending(): string {
    return this.#rest;
  }

  async close(): Promise<void> {
    await this.#reader.cancel();
  }
}
