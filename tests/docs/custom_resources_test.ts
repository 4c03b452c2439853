/** Runs "My operator: from nothing to relations in ten minutes" as it is written, on a real API server. */
import { assertEquals } from "@std/assert";
import { load } from "js-yaml";
import { readConfiguration } from "../../src/kinds/custom/configuration.ts";
import { SHIPPED } from "../../src/kinds/custom/shipped.ts";
import { ApiServer, apiServerAvailable } from "../support/api_server.ts";
import { Astrolabe } from "../support/astrolabe.ts";
import { CustomResources, type Definition } from "../support/custom_resources.ts";
import { holds } from "../support/holds.ts";
import { codeBlocks, codeSpans, readPage, section, tableRows } from "../support/markdown.ts";

const page = readPage("docs/custom-resources.md");
const guide = page.slice(page.indexOf("## My operator: from nothing to relations in ten minutes"));
const [resource, file, more] = codeBlocks(guide).filter(({ language }) => language === "yaml").map((
  { text },
) => text);
const [explained, related] = codeBlocks(guide).filter(({ language }) => language === "console").map((
  { text },
) => text.split("\n").filter((line) => line !== "" && line !== "…" && !line.startsWith("$")));
const skipped = apiServerAvailable ? "" : " (skipped: KUBEBUILDER_ASSETS is not set)";
const DATABASE: Definition = { group: "example.com", kind: "Database", plural: "databases" };
const BUCKET: Definition = { group: "example.com", kind: "Bucket", plural: "buckets" };

Deno.test("Custom resources page, its configurations are right", () => {
  const blocks = codeBlocks(page).filter(({ text }) => text.includes("kinds:"));
  assertEquals(blocks.length, 2);
  for (const { text } of blocks) readConfiguration(text, { isNamed: true });
});

Deno.test("Custom resources page, lists the kinds and relation types of the shipped rules", () => {
  const written = tableRows(section(page, "## The rules that Astrolabe brings"));
  assertEquals(
    written.map(([project, kinds, types = ""]) => [project, kinds, codeSpans(types)]),
    Object.entries(SHIPPED).map(([project, { text }]) => {
      const kinds = readConfiguration(text, { isNamed: false });
      const types = kinds.flatMap(({ references }) => references.map(({ type }) => type));
      return [project, kinds.map(({ kind }) => kind).join(", "), [...new Set(types)]];
    }),
  );
});

Deno.test(
  `Custom resources page, leads to relations${skipped}`,
  { ignore: !apiServerAvailable },
  async () => {
    const server = await ApiServer.start();
    const custom = new CustomResources(server);
    const path = `${server.folder}/astrolabe.yaml`;
    await Deno.writeTextFile(path, file ?? "");
    const kubeconfig = `--kubeconfig=${server.kubeconfig()}`;
    let astrolabe: Astrolabe | undefined;
    let other: Astrolabe | undefined;
    const checked = async (...args: string[]) => {
      const { code, output } = await Astrolabe.run("check-config", path, ...args);
      assertEquals(code, 0, output);
      return output.replaceAll(path, "astrolabe.yaml").split("\n").filter((line) => line !== "");
    };
    try {
      // The kinds do not exist yet: the rules wait for them.
      astrolabe = await Astrolabe.start(kubeconfig, `--config=${path}`, "--v=4");
      await astrolabe.ready();
      await custom.define(BUCKET);
      await custom.define(DATABASE);
      const { metadata, spec, status } = load(resource ?? "") as {
        metadata: { name: string };
        spec: object;
        status: object;
      };
      await custom.create(DATABASE, { name: metadata.name, spec, status });
      await server.request("POST", "/api/v1/namespaces/default/secrets", {
        metadata: { name: "orders-login" },
      });
      await server.request("POST", "/apis/apps/v1/namespaces/default/deployments", deployment);

      await holds(async () => {
        const { nodes, edges } = await astrolabe!.graph("namespace=default");
        const names = new Map(nodes.map(({ uid, kind, name }) => [uid, `${kind} ${name}`]));
        assertEquals(
          edges.map(({ type, from, to }) => `${names.get(from)} ${type} ${names.get(to)}`).sort(),
          [
            "Database orders feeds Deployment orders",
            "Database orders uses-secret Secret orders-login",
          ],
        );
        const database = nodes.find(({ kind }) => kind === "Database");
        assertEquals(`${database?.status}: ${database?.message}`, "Error: status.health is Degraded");
      });
      const metrics = await astrolabe.text("/metrics");
      assertEquals(/^astrolabe_nodes\{kind="Database.example.com"\} (\d+)$/m.exec(metrics.text)?.[1], "1");
      assertEquals(/^astrolabe_edges\{type="feeds"\} (\d+)$/m.exec(metrics.text)?.[1], "1");

      // The entry of a built-in kind, which is then read as JSON.
      await Deno.writeTextFile(`${server.folder}/more.yaml`, more ?? "");
      other = await Astrolabe.start(kubeconfig, `--config=${server.folder}/more.yaml`, "--v=4");
      await holds(async () => {
        const { edges } = await other!.graph("namespace=default");
        assertEquals(edges.map(({ type }) => type), ["uses-database"]);
      });

      assertEquals(await checked(), explained);
      assertEquals((await checked(kubeconfig)).filter((line) => line.startsWith("  - ")), related);
    } finally {
      await astrolabe?.stop();
      await other?.stop();
      await server.close();
    }
  },
);

const labels = { database: "orders" };
const deployment = {
  metadata: { name: "orders", labels, annotations: { "example.com/database": "orders" } },
  spec: {
    selector: { matchLabels: labels },
    template: { metadata: { labels }, spec: { containers: [{ name: "main", image: "main" }] } },
  },
};
