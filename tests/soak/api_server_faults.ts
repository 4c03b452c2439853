/** The faults of an API server and of the network before it. */
import type { FaultRule, StreamFault } from "../../src/simulator/faults.ts";
import type { Simulator } from "../../src/simulator/simulator.ts";
import type { Fault } from "./trouble.ts";

export function apiServerFaults(simulator: Simulator): Fault[] {
  const { faults } = simulator;
  const strike = (name: string, fault: StreamFault, kind?: string): Fault => ({
    name,
    begin: () => void faults.strike(fault, kind === undefined ? {} : { kind }),
  });
  const rule = (name: string, added: FaultRule): Fault => ({
    name,
    begin() {
      const end = faults.add(added);
      // Only a request meets the fault.
      faults.strike({ do: "cut" }, added.kind === undefined ? {} : { kind: added.kind });
      return end;
    },
  });
  return [
    strike("all watches are cut", { do: "cut" }),
    strike("watches of Pods are cut", { do: "cut" }, "Pod"),
    strike("watches end in half a line", { do: "half-line" }),
    strike("watches carry garbage", { do: "garbage" }),
    strike("watches are too old", { do: "error", code: 410 }),
    strike("watches fail", { do: "error", code: 500 }),
    strike("a watch falls silent", { do: "silence" }, "Deployment"),
    rule("too many requests", { fault: { do: "answer", code: 429, retryAfter: 1 } }),
    rule("server errors", { fault: { do: "answer", code: 500 } }),
    rule("not ready", { fault: { do: "answer", code: 503 } }),
    rule("Secrets are forbidden", { kind: "Secret", fault: { do: "answer", code: 403 } }),
    rule("slow answers", { fault: { do: "delay", milliseconds: 2_000 } }),
    rule("connections are reset", { fault: { do: "reset" } }),
    rule("a list is cut half-way", { kind: "Pod", fault: { do: "cut", after: 500 } }),
    rule("no streamed lists", { streamedList: true, fault: { do: "answer", code: 422 } }),
    {
      name: "it is down",
      async begin() {
        await simulator.down();
        return () => simulator.up();
      },
    },
    { name: "it restarts", begin: () => simulator.restart() },
  ];
}
