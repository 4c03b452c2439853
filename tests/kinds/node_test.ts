import { node } from "../../src/kinds/node.ts";
import { kindCases } from "./kind_cases.ts";

const check = kindCases(node);

check("ready", { status: "Ready", message: "Ready", references: [], selectors: [] });
check("cordoned", { status: "Ready", message: "Ready, cordoned: it takes no new Pods" });
check("not_ready", { status: "Error", message: "It is not ready: KubeletNotReady" });
check("unreachable", { status: "Error", message: "Its kubelet does not answer: NodeStatusUnknown" });
check("new", { status: "Error", message: "It has not said that it is ready" });
check("memory_pressure", { status: "Pending", message: "MemoryPressure" });
check("no_network", { status: "Pending", message: "NetworkUnavailable" });
check("malformed", { status: "Unknown" });
