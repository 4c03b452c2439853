/** CustomResourceDefinitions and custom resources on a real API server. */
import type { ApiServer } from "./api_server.ts";
import { holds } from "./holds.ts";

const DEFINITIONS = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions";

const ANY = { type: "object", "x-kubernetes-preserve-unknown-fields": true };

export interface Definition {
  readonly group: string;
  readonly kind: string;
  readonly plural: string;
  readonly scope?: "Namespaced" | "Cluster";
  /** The versions that are served. The first is stored. */
  readonly versions?: readonly string[];
  /** The OpenAPI schema. Default: any fields. */
  readonly schema?: object;
  /** The URL of a conversion webhook. */
  readonly webhook?: string;
}

export class CustomResources {
  readonly #server: ApiServer;

  constructor(server: ApiServer) {
    this.#server = server;
  }

  /** Defines a kind, and waits until the API server serves it. */
  async define(definition: Definition): Promise<void> {
    const { group, plural, versions = ["v1"] } = definition;
    await this.#server.request("POST", DEFINITIONS, definitionOf(definition));
    await holds(() => this.#server.request("GET", `/apis/${group}/${versions[0]}/${plural}`));
  }

  /** Changes the served versions of a kind. */
  async serve({ group, plural, versions = ["v1"], ...rest }: Definition): Promise<void> {
    const { spec } = definitionOf({ group, plural, versions, ...rest });
    await this.#server.request("PATCH", `${DEFINITIONS}/${plural}.${group}`, { spec });
  }

  async undefine({ group, plural }: Pick<Definition, "group" | "plural">): Promise<void> {
    await this.#server.request("DELETE", `${DEFINITIONS}/${plural}.${group}`);
  }

  async create(
    { group, kind, plural, scope = "Namespaced", versions: [version = "v1"] = [] }: Definition,
    { name, namespace = "default", metadata, ...rest }: {
      name: string;
      namespace?: string;
      metadata?: object;
      [field: string]: unknown;
    },
  ): Promise<{ metadata: { uid: string; resourceVersion: string } }> {
    const within = scope === "Cluster" ? "" : `/namespaces/${namespace}`;
    const body = { apiVersion: `${group}/${version}`, kind, metadata: { ...metadata, name }, ...rest };
    const answer = await this.#server.request("POST", `/apis/${group}/${version}${within}/${plural}`, body);
    return answer as { metadata: { uid: string; resourceVersion: string } };
  }
}

function definitionOf(
  { group, kind, plural, scope = "Namespaced", versions = ["v1"], schema = ANY, webhook }: Definition,
): { metadata: object; spec: object } {
  return {
    metadata: {
      name: `${plural}.${group}`,
      annotations: { "api-approved.kubernetes.io": "unapproved, for tests" },
    },
    spec: {
      group,
      scope,
      names: { kind, plural },
      versions: versions.map((name, i) => ({
        name,
        served: true,
        storage: i === 0,
        schema: { openAPIV3Schema: schema },
      })),
      ...webhook && {
        conversion: {
          strategy: "Webhook",
          webhook: { clientConfig: { url: webhook }, conversionReviewVersions: ["v1"] },
        },
      },
    },
  };
}
