import argoCd from "./shipped/argo_cd.yaml" with { type: "text" };
import certManager from "./shipped/cert_manager.yaml" with { type: "text" };
import externalSecrets from "./shipped/external_secrets.yaml" with { type: "text" };
import flux from "./shipped/flux.yaml" with { type: "text" };
import keda from "./shipped/keda.yaml" with { type: "text" };
import knativeServing from "./shipped/knative_serving.yaml" with { type: "text" };
import prometheusOperator from "./shipped/prometheus_operator.yaml" with { type: "text" };
import strimzi from "./shipped/strimzi.yaml" with { type: "text" };
import { readConfiguration } from "./configuration.ts";
import type { ConfiguredKind } from "./configured_kind.ts";

/** The configurations that Astrolabe brings along, by project. */
export const SHIPPED = {
  "cert-manager": certManager,
  "Argo CD": argoCd,
  "Flux": flux,
  "Prometheus Operator": prometheusOperator,
  "External Secrets": externalSecrets,
  "KEDA": keda,
  "Knative Serving": knativeServing,
  "Strimzi": strimzi,
} as const satisfies Readonly<Record<string, string>>;

/** Reads the shipped configurations. */
export function shippedKinds(): ConfiguredKind[] {
  return Object.values(SHIPPED).flatMap((text) => readConfiguration(text, { isNamed: false }));
}
