/**
 * The rules that Astrolabe brings along, in the form of the user's configuration. A project's rules are read
 * when one of its groups is first asked for, because reading them all takes tens of milliseconds.
 */
import argoCd from "./shipped/argo_cd.yaml" with { type: "text" };
import certManager from "./shipped/cert_manager.yaml" with { type: "text" };
import externalSecrets from "./shipped/external_secrets.yaml" with { type: "text" };
import flux from "./shipped/flux.yaml" with { type: "text" };
import keda from "./shipped/keda.yaml" with { type: "text" };
import knativeServing from "./shipped/knative_serving.yaml" with { type: "text" };
import prometheusOperator from "./shipped/prometheus_operator.yaml" with { type: "text" };
import strimzi from "./shipped/strimzi.yaml" with { type: "text" };
import { readConfiguration } from "./configuration.ts";
import type { ConfiguredKind, FindConfigured } from "./configured_kind.ts";

/** The configurations by project, and the API groups of the kinds in them. */
export const SHIPPED = {
  "cert-manager": { text: certManager, groups: ["cert-manager.io", "acme.cert-manager.io"] },
  "Argo CD": { text: argoCd, groups: ["argoproj.io"] },
  "Flux": {
    text: flux,
    groups: [
      "kustomize.toolkit.fluxcd.io",
      "helm.toolkit.fluxcd.io",
      "source.toolkit.fluxcd.io",
      "notification.toolkit.fluxcd.io",
    ],
  },
  "Prometheus Operator": { text: prometheusOperator, groups: ["monitoring.coreos.com"] },
  "External Secrets": { text: externalSecrets, groups: ["external-secrets.io"] },
  "KEDA": { text: keda, groups: ["keda.sh"] },
  "Knative Serving": {
    text: knativeServing,
    groups: ["serving.knative.dev", "autoscaling.internal.knative.dev"],
  },
  "Strimzi": { text: strimzi, groups: ["kafka.strimzi.io"] },
} as const satisfies Readonly<Record<string, { text: string; groups: readonly string[] }>>;

/** Returns a function that finds the shipped rule of a kind. */
export function findShipped(): FindConfigured {
  const read = new Map<string, readonly ConfiguredKind[]>();
  return (group, kind) => {
    const project = Object.values(SHIPPED).find(({ groups }) => groups.some((it) => it === group));
    if (project === undefined) return undefined;
    const kinds = read.get(project.text) ?? readConfiguration(project.text, { isNamed: false });
    read.set(project.text, kinds);
    return kinds.find((it) => it.group === group && it.kind === kind);
  };
}
