import { assertEquals, assertThrows } from "@std/assert";
import { UsageError } from "../../src/cli/config.ts";
import { parseCommandLine } from "../../src/cli/command_line.ts";
import { help } from "../../src/cli/help.ts";
import { OPTIONS } from "../../src/cli/options.ts";

function flagsOf(...args: string[]): Record<string, readonly string[]> {
  return Object.fromEntries(parseCommandLine(args).flags);
}

function refusal(...args: string[]): string {
  return assertThrows(() => parseCommandLine(args), UsageError).message;
}

Deno.test("parseCommandLine(), no command is serve", () => {
  assertEquals(parseCommandLine([]).command, "serve");
});

for (const command of ["serve", "demo", "health", "version"] as const) {
  Deno.test(`parseCommandLine(), knows ${command} before and after flags`, () => {
    const commands = [[command, "-v=1"], ["-v", "1", command]].map((args) => parseCommandLine(args).command);
    assertEquals(commands, [command, command]);
  });
}

for (const args of [["--port", "8081"], ["--port=8081"], ["-port", "8081"], ["-port=8081"]]) {
  Deno.test(`parseCommandLine(), takes a value as in ${args.join(" ")}`, () => {
    assertEquals(flagsOf(...args), { port: ["8081"] });
  });
}

for (
  const [arg, value] of [["--in-cluster", "true"], ["-in-cluster", "true"], ["--in-cluster=false", "false"]]
) {
  Deno.test(`parseCommandLine(), takes a switch as in ${arg}`, () => {
    assertEquals(flagsOf(arg!), { "in-cluster": [value!] });
  });
}

Deno.test("parseCommandLine(), a switch takes no argument from what follows", () => {
  assertEquals(parseCommandLine(["--enable-persistence", "demo"]).command, "demo");
});

Deno.test("parseCommandLine(), a value may begin with a dash or hold an equals sign", () => {
  assertEquals(flagsOf("--redis-password", "-a=b", "--label-selector=app=web"), {
    "redis-password": ["-a=b"],
    "label-selector": ["app=web"],
  });
});

Deno.test("parseCommandLine(), a value may be empty", () => {
  assertEquals(flagsOf("--redis-password=", "--kubeconfig", "", "serve"), {
    "redis-password": [""],
    "kubeconfig": [""],
  });
});

Deno.test("parseCommandLine(), collects a repeated flag in order", () => {
  assertEquals(flagsOf("--namespace=b", "-namespace", "a"), { namespace: ["b", "a"] });
});

Deno.test("parseCommandLine(), accepts klog's other flags and tells that they do nothing", () => {
  const { flags, ignored } = parseCommandLine([
    "--logtostderr",
    "--alsologtostderr=false",
    "-stderrthreshold=2",
    "--vmodule",
    "reflector=4",
    "--log_dir=/tmp",
    "--log_file=x",
    "--log_file_max_size=1800",
    "--skip_headers",
    "--skip_log_headers",
    "--add_dir_header",
    "--one_output",
    "--log_backtrace_at=:0",
  ]);
  assertEquals([flags.size, ignored.length], [0, 12]);
});

Deno.test("parseCommandLine(), --help wins over everything that is known", () => {
  assertEquals(
    [["--help"], ["-h"], ["demo", "--objects=x", "--help"]].map((args) => parseCommandLine(args).command),
    ["help", "help", "help"],
  );
});

Deno.test("parseCommandLine(), names an unknown flag and the nearest one", () => {
  assertEquals(refusal("--prot=8080"), "unknown flag --prot; did you mean --port?");
});

Deno.test("parseCommandLine(), points to --help where nothing is near", () => {
  assertEquals(refusal("--frobnicate"), "unknown flag --frobnicate; --help lists what there is");
});

for (const name of ["__proto__", "constructor", "toString"]) {
  Deno.test(`parseCommandLine(), --${name} is an unknown flag`, () => {
    assertEquals(refusal(`--${name}=1`), `unknown flag --${name}; --help lists what there is`);
  });
}

for (const arg of ["-", "--", "--=x"]) {
  Deno.test(`parseCommandLine(), refuses ${arg}`, () => {
    assertThrows(() => parseCommandLine([arg]), UsageError, "unknown flag -");
  });
}

Deno.test("parseCommandLine(), names a flag that lacks its value", () => {
  assertEquals(refusal("--port"), "--port needs a value");
});

Deno.test("parseCommandLine(), names an unknown command and the nearest one", () => {
  assertEquals(refusal("sevre"), "unknown command sevre; did you mean serve?");
});

Deno.test("parseCommandLine(), refuses a second command", () => {
  assertEquals(refusal("demo", "serve"), "unexpected argument serve");
});

Deno.test("parseCommandLine(), refuses another command's flag", () => {
  assertEquals(refusal("serve", "--objects=9"), "--objects is a flag of demo, not of serve");
});

Deno.test("help(), has a line for every option", () => {
  const text = help();
  assertEquals(Object.keys(OPTIONS).filter((name) => !text.includes(`\n  --${name} `)), []);
});

Deno.test("help(), is at most 100 columns wide", () => {
  assertEquals(help().split("\n").filter((line) => line.length > 100), []);
});

Deno.test("astrolabe, ends with exit code 2 and one line on wrong usage", async () => {
  const { code, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["task", "--quiet", "start", "--port", "http"],
  }).output();
  const lastLine = new TextDecoder().decode(stderr).trimEnd().split("\n").at(-1);
  assertEquals([code, lastLine], [2, 'astrolabe: --port "http": must be a whole number from 0 to 65535']);
});

Deno.test("parseCommandLine(), --help=false asks for no help", () => {
  assertEquals(parseCommandLine(["--help=false"]).command, "serve");
});

for (const args of [["--a\nb"], ["a\nb"], ["demo", "a\nb"]]) {
  Deno.test(`parseCommandLine(), refuses ${JSON.stringify(args.at(-1))} in one line`, () => {
    assertEquals(refusal(...args).split("\n").length, 1);
  });
}

Deno.test("parseCommandLine(), --help=maybe is a bad value", () => {
  assertEquals(refusal("--help=maybe"), "--help must be true or false");
});
