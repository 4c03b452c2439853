/** Names are data: what means something to JavaScript, JSON, URLs or headers means nothing here. */
import { assertEquals } from "@std/assert";
import { Api } from "./api.ts";
import { object } from "./objects.ts";

const NAMES = [
  "__proto__",
  "constructor",
  "toString",
  "hasOwnProperty",
  'quote"backslash\\',
  "line\nbreak\r\ttab",
  "nul\u0000\u001f",
  "\u2028\u2029",
  "é\u{1f600}\uffff",
  "<script>&amp;<!--",
  "a&b=c#d?e+f%20g",
];

/** A resource all of whose texts are the name. */
function apiOf(name: string): Api {
  const labels = JSON.parse(`{${JSON.stringify(name)}:${JSON.stringify(name)}}`);
  return new Api([{
    ...object("ConfigMap", "x/x"),
    metadata: {
      uid: name,
      namespace: name,
      name,
      labels: { ...labels, "helm.sh/chart": name },
      annotations: { "meta.helm.sh/release-name": name },
      creationTimestamp: "2026-01-01T00:00:00Z",
    },
  }]);
}

for (const name of NAMES) {
  const shown = JSON.stringify(name);
  const encoded = encodeURIComponent(name);

  Deno.test(`Hostile names, ${shown} is unchanged in a graph`, async () => {
    const { nodes: [node] } = await apiOf(name).get("/api/v1/graph?labels=true");
    const { uid, namespace, release, chart, labels } = node;
    assertEquals([node.name, uid, namespace, release, chart], [name, name, name, name, name]);
    assertEquals(Object.entries(labels).find(([key]) => key === name), [name, name]);
  });

  Deno.test(`Hostile names, ${shown} is unchanged in lists`, async () => {
    const api = apiOf(name);
    const lists = await Promise.all(
      ["releases", "charts", "namespaces"].map((it) => api.get(`/api/v1/${it}`)),
    );
    assertEquals(lists, [[name], [name], [name]]);
  });

  Deno.test(`Hostile names, ${shown} is found by every filter`, async () => {
    const api = apiOf(name);
    for (const filter of ["namespace", "release", "chart", "q"]) {
      const value = filter === "release" ? `${encoded}/${encoded}` : encoded;
      assertEquals(await api.names(`/api/v1/graph?${filter}=${value}`), [name], filter);
    }
  });

  Deno.test(`Hostile names, ${shown} is found by uid`, async () => {
    assertEquals((await apiOf(name).get(`/api/v1/resources/${encoded}`)).uid, name);
  });

  Deno.test(`Hostile names, ${shown} is in the details of a release`, async () => {
    const [release] = await apiOf(name).get("/api/v1/releases?detail=true");
    assertEquals([release.namespace, release.name, release.chart], [name, name, name]);
  });

  Deno.test(`Hostile names, ${shown} is in no answer if no resource has it`, async () => {
    const api = new Api([object("ConfigMap", "x/x")]);
    for (const filter of ["namespace", "release", "chart"]) {
      assertEquals(await api.names(`/api/v1/graph?${filter}=${encoded}`), [], filter);
    }
  });
}
