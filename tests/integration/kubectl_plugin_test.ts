/** kubectl finds the plugin by its name, and the plugin reads a real API server by itself. */
import { assertEquals, assertStringIncludes } from "@std/assert";
import { Astrolabe } from "../support/astrolabe.ts";
import { ApiServer, apiServerAvailable } from "../support/api_server.ts";
import { IMPORT_MAP } from "../support/import_map.ts";

const skipped = apiServerAvailable ? "" : " (skipped: KUBEBUILDER_ASSETS is not set)";
Deno.test(
  `kubectl astrolabe, on a real API server${skipped}`,
  { ignore: !apiServerAvailable },
  async (test) => {
    const server = await ApiServer.start();
    const folder = await Deno.makeTempDir({ prefix: "astrolabe-plugin-" });
    for (
      const [name, command] of [["kubectl-astrolabe", "kubectl"], [
        "kubectl_complete-astrolabe",
        "kubectl __complete",
      ]]
    ) {
      const run = `exec ${Deno.execPath()} run --no-prompt --allow-net --allow-env --allow-read --allow-run ${
        IMPORT_MAP.join(" ")
      }`;
      const script = `#!/bin/sh\ncd ${Deno.cwd()} && ${run} main.ts ${command} "$@"\n`;
      await Deno.writeTextFile(`${folder}/${name}`, script, { mode: 0o755 });
    }
    const kubectl = async (...args: string[]) => {
      const { code, stdout, stderr } = await new Deno.Command(
        `${Deno.env.get("KUBEBUILDER_ASSETS")}/kubectl`,
        {
          args,
          env: {
            KUBECONFIG: server.kubeconfig(),
            PATH: `${folder}:${Deno.env.get("KUBEBUILDER_ASSETS")}:${Deno.env.get("PATH")}`,
          },
          stdin: "null",
        },
      ).output();
      const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
      return { code, output: text(stdout), errors: text(stderr) };
    };
    try {
      await server.request("POST", "/api/v1/namespaces/default/services", {
        metadata: { name: "web" },
        spec: { selector: { app: "web" }, ports: [{ port: 80 }] },
      });
      await server.request("POST", "/apis/networking.k8s.io/v1/namespaces/default/ingresses", {
        metadata: { name: "site" },
        spec: { defaultBackend: { service: { name: "web", port: { number: 80 } } } },
      });

      await test.step("reads the cluster by itself", async () => {
        const { code, output, errors } = await kubectl("astrolabe", "who-uses", "svc/web", "--local");
        assertEquals([code, errors], [0, ""]);
        assertStringIncludes(output, "Ingress/site");
      });
      await test.step("ends a pipeline that finds an error", async () => {
        const { code, output } = await kubectl(
          "astrolabe",
          "problems",
          "--local",
          "-o",
          "name",
          "--fail-on",
          "error",
        );
        assertEquals([code, output], [1, "service/web\n"]);
      });
      await test.step("says what to do where there is no Astrolabe", async () => {
        const { code, errors } = await kubectl("astrolabe", "problems");
        assertEquals(code, 1);
        assertStringIncludes(errors, "there is no Service with the label app.kubernetes.io/name=astrolabe");
      });
      await test.step("sends the kubeconfig's token to an Astrolabe that asks for one", async () => {
        const astrolabe = await Astrolabe.start(`--kubeconfig=${server.kubeconfig()}`, "--auth=kubernetes");
        try {
          await astrolabe.ready();
          const asked = ["astrolabe", "who-uses", "svc/web", "--server", astrolabe.url];
          const { code, output, errors } = await kubectl(...asked);
          assertEquals([code, errors], [0, ""]);
          assertStringIncludes(output, "Ingress/site");
          const refused = await kubectl(...asked, "--token", "wrong");
          assertEquals(refused.code, 1);
          assertStringIncludes(refused.errors, "not valid");
        } finally {
          await astrolabe.stop();
        }
      });
      await test.step("completes names of resources", async () => {
        const { output } = await kubectl("__complete", "astrolabe", "impact", "--local", "svc/w");
        assertStringIncludes(output, "svc/web\n:4");
      });
      await test.step("says so if the API server cannot be reached", async () => {
        await server.stopServer();
        const { code, errors } = await kubectl("astrolabe", "problems", "--local");
        assertEquals(code, 1);
        assertStringIncludes(errors, "error: cannot reach the API server");
      });
    } finally {
      await server.close();
      await Deno.remove(folder, { recursive: true });
    }
  },
);
