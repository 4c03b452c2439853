import { assertEquals, assertThrows } from "@std/assert";
import { commands } from "./markdown.ts";

Deno.test("commands(), drops comments and joins continued lines", () => {
  assertEquals(commands(block("deno task dev    # the current context\nkubectl get \\\n  pods\n")), [
    "deno task dev",
    "kubectl get pods",
  ]);
});

Deno.test("commands(), keeps the lines of a quoted text together", () => {
  const script = "curl -s localhost | jq '\n  .[] # each\n'\ncurl again\n";
  assertEquals(commands(block(script)), ["curl -s localhost | jq '\n  .[] # each\n'", "curl again"]);
});

Deno.test("commands(), keeps a script with a loop together", () => {
  const script = "rv=\nwhile true; do\n  curl again\ndone\n";
  assertEquals(commands(block(script)), [script.trim()]);
});

Deno.test("commands(), refuses a quote that is never closed", () => {
  assertThrows(() => commands(block("echo 'a\n")), Error, "never closed");
});

function block(script: string): string {
  return `\`\`\`sh\n${script}\`\`\`\n`;
}
