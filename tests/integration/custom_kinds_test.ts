/** Custom kinds that come, change and go on a real API server. */
import { assertEquals } from "@std/assert";
import { ApiServer, apiServerAvailable } from "../support/api_server.ts";
import { Astrolabe } from "../support/astrolabe.ts";
import { CustomResources, type Definition } from "../support/custom_resources.ts";
import { holds } from "../support/holds.ts";

const skipped = apiServerAvailable ? "" : " (skipped: KUBEBUILDER_ASSETS is not set)";
const WIDGET: Definition = { group: "example.com", kind: "Widget", plural: "widgets" };

Deno.test(`Custom kinds on a real API server${skipped}`, { ignore: !apiServerAvailable }, async (test) => {
  const server = await ApiServer.start();
  const custom = new CustomResources(server);
  const astrolabe = await Astrolabe.start(`--kubeconfig=${server.kubeconfig()}`, "--v=1");
  const names = async (kind: string): Promise<string[]> =>
    (await astrolabe.json(`/api/v1/resources?kind=${kind}`)).map(({ name }: { name: string }) => name);
  try {
    await astrolabe.ready();

    await test.step("A kind is answered soon after it is defined", async () => {
      await custom.define(WIDGET);
      await custom.create(WIDGET, { name: "first" });
      await holds(async () => assertEquals(await names("Widget"), ["first"]));
    });
  } finally {
    await astrolabe.stop();
    await server.close();
  }
});
