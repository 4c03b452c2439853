/** EndpointSlice: ready with a ready endpoint or with none at all; belongs to a Service, selects Pods. */
import * as wire from "../model/wire_field.ts";
import { fields, flag, list, text } from "./fields.ts";
import { pending, ready } from "./health.ts";
import { type KindRule, namespaced } from "./rule.ts";
import { OBJECT_REFERENCE, wireObject } from "./wire_parts.ts";

export const endpointSlice: KindRule = {
  ...namespaced("discovery.k8s.io/v1", { kind: "EndpointSlice", plural: "endpointslices" }),
  wire: wireObject({
    endpoints: wire.messages(2, {
      conditions: wire.message(2, { ready: wire.flag(1) }),
      targetRef: wire.message(4, OBJECT_REFERENCE),
    }),
  }),
  toleratesMissing: { selects: 60, endpoints: 60 },

  health: (slice) => {
    const endpoints = list(slice.endpoints);
    if (endpoints.length === 0) return ready("No endpoints");
    const usable = endpoints.filter(({ conditions }) => flag(fields(conditions).ready, true)).length;
    const message = `${usable} of ${endpoints.length} endpoints are ready`;
    return usable === 0 ? pending(message) : ready(message);
  },

  references: ({ metadata, endpoints }, refer) => {
    const { labels } = fields(metadata);
    refer.from("endpoints", { kind: "Service", name: fields(labels)["kubernetes.io/service-name"] });
    for (const { targetRef } of list(endpoints)) {
      const { kind, namespace, name, uid } = fields(targetRef);
      if (text(kind) === "Pod") refer.to("selects", { kind: "Pod", namespace, name, uid });
    }
  },
};
