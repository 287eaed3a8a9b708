import { assertEquals } from "@std/assert";
import { clientFlags } from "../../lib/terminal/client_flags.ts";
import { english } from "../../lib/terminal/english.ts";
import { formatFailure } from "../../lib/terminal/failure.ts";
import { type GivenCommand, readFlags } from "../../lib/terminal/flag.ts";
import { flagFailure } from "../../lib/terminal/flag_failure.ts";
import { portuguese } from "../../lib/terminal/portuguese.ts";
import { serverCommands } from "../../lib/terminal/server_commands.ts";
import { serverFlags } from "../../lib/terminal/server_flags.ts";

const nothing = () => undefined;

const none = {
  host: undefined,
  port: undefined,
  data: undefined,
  "max-members": undefined,
  "max-transfer-rate": undefined,
  registration: undefined,
  lang: undefined,
  help: false,
  version: false,
};

const good: readonly {
  readonly name: string;
  readonly args: readonly string[];
  readonly variables?: Readonly<Record<string, string>>;
  readonly expected: object;
}[] = [
  { name: "nothing", args: [], expected: {} },
  {
    name: "every flag",
    args: ["--host", "::1", "--port=80", "--data", "d", "--max-members", "5", "--lang", "en"],
    expected: { host: "::1", port: 80, data: "d", "max-members": 5, lang: "en" },
  },
  { name: "the ends of the port range", args: ["--port", "65535"], expected: { port: 65_535 } },
  { name: "port 0", args: ["--port", "0"], expected: { port: 0 } },
  { name: "a number as text", args: ["--data", "7"], expected: { data: "7" } },
  {
    name: "who may take a new name",
    args: ["--registration", "invite"],
    expected: { registration: "invite" },
  },
  ...[
    ["8000", 8_000],
    ["500k", 500_000],
    ["1.5M", 1_500_000],
    ["10MB", 10_000_000],
    ["2g", 2_000_000_000],
    ["8Ki", 8_192],
    ["10MiB", 10_485_760],
  ].map(([rate, expected]) => ({
    name: `the rate ${rate}`,
    args: ["--max-transfer-rate", String(rate)],
    expected: { "max-transfer-rate": expected },
  })),
  { name: "--help and -h", args: ["-h"], expected: { help: true } },
  { name: "--version", args: ["--version"], expected: { version: true } },
  {
    name: "variables",
    args: [],
    variables: {
      CHAT_HOST: "h",
      CHAT_PORT: "1",
      CHAT_DATA: "d",
      CHAT_MAX_MEMBERS: "2",
      CHAT_LANG: "pt",
    },
    expected: { host: "h", port: 1, data: "d", "max-members": 2, lang: "pt" },
  },
  {
    name: "a flag before its variable",
    args: ["--port", "2"],
    variables: { CHAT_PORT: "abc" },
    expected: { port: 2 },
  },
  { name: "an empty variable as none", args: [], variables: { CHAT_PORT: "" }, expected: {} },
];

for (const { name, args, variables, expected } of good) {
  Deno.test(`readFlags() reads ${name}`, () => {
    const { values, errors } = readFlags(serverFlags, args, (variable) => variables?.[variable]);
    assertEquals(errors, []);
    assertEquals(values, { ...none, ...expected } as typeof values);
  });
}

const bad: readonly {
  readonly args: readonly string[];
  readonly variables?: Readonly<Record<string, string>>;
  readonly expected: string;
}[] = [
  { args: ["--port", "abc"], expected: "--port can't be abc" },
  { args: ["--port", "70000"], expected: "--port can't be 70000" },
  { args: ["--port", "-1"], expected: "there is no option -1" },
  { args: ["--port", "1e3"], expected: "--port can't be 1e3" },
  { args: ["--port", "0x50"], expected: "--port can't be 0x50" },
  { args: ["--port", "80.0"], expected: "--port can't be 80.0" },
  { args: ["--port"], expected: "--port needs a value" },
  { args: ["--port="], expected: "--port needs a value" },
  { args: ["--data", ""], expected: "--data needs a value" },
  { args: ["--host", "--port", "1"], expected: "--host needs a value" },
  { args: ["--max-members", "0"], expected: "--max-members can't be 0" },
  ...["0", "7999", "1T", "M", "1.M", "-1k", "1e6", "10 M", "1kk", "9999999999G"].map((rate) => ({
    args: [`--max-transfer-rate=${rate}`],
    expected: `--max-transfer-rate can't be ${rate}`,
  })),
  { args: ["--registration", "all"], expected: "--registration can't be all" },
  { args: ["--lang", "fr"], expected: "--lang can't be fr" },
  { args: ["--help=no"], expected: "--help: it takes no value" },
  { args: ["--prot", "1"], expected: "there is no option --prot; did you mean --port?" },
  { args: ["--verbose"], expected: "there is no option --verbose" },
  { args: ["--__proto__", "1"], expected: "there is no option --__proto__" },
  { args: ["-x"], expected: "there is no option -x" },
  { args: ["start"], expected: "unexpected argument start" },
  { args: ["--", "start"], expected: "unexpected argument start" },
  { args: [], variables: { CHAT_PORT: "abc" }, expected: "CHAT_PORT can't be abc" },
];

for (const { args, variables, expected } of bad) {
  Deno.test(`readFlags() refuses ${[...args, ...Object.keys(variables ?? {})].join(" ")}`, () => {
    const { errors } = readFlags(serverFlags, args, (variable) => variables?.[variable]);
    assertEquals(flagFailure(errors[0]!, "chat-server", english).error, expected);
  });
}

const commands: readonly {
  readonly args: readonly string[];
  readonly expected: GivenCommand<typeof serverCommands>;
}[] = [
  { args: ["invite"], expected: { name: "invite", argument: "" } },
  { args: ["--data", "d", "members"], expected: { name: "members", argument: "" } },
  { args: ["release", "ana", "--data", "d"], expected: { name: "release", argument: "ana" } },
  { args: ["ban", "007"], expected: { name: "ban", argument: "007" } },
  { args: ["ban", "--", "ban"], expected: { name: "ban", argument: "ban" } },
];

for (const { args, expected } of commands) {
  Deno.test(`readFlags() reads the command ${args.join(" ")}`, () => {
    const { command, values, errors } = readFlags(serverFlags, args, nothing, serverCommands);
    assertEquals([command, errors], [expected, []]);
    assertEquals(values.data, args.includes("--data") ? "d" : undefined);
  });
}

const badCommands = [
  { args: ["bann", "ana"], expected: "there is no command bann; did you mean ban?" },
  { args: ["start"], expected: "there is no command start" },
  { args: ["toString"], expected: "there is no command toString" },
  { args: ["ban"], expected: "use it like this: chat-server ban NAME" },
  { args: ["release", ""], expected: "use it like this: chat-server release NAME" },
  { args: ["ban", "ana", "bia"], expected: "unexpected argument bia" },
  { args: ["invite", "ana"], expected: "unexpected argument ana" },
];

for (const { args, expected } of badCommands) {
  Deno.test(`readFlags() refuses the command ${args.join(" ")}`, () => {
    const { errors } = readFlags(serverFlags, args, nothing, serverCommands);
    assertEquals(flagFailure(errors[0]!, "chat-server", english).error, expected);
  });
}

Deno.test("readFlags() refuses what isn't a server's address", () => {
  for (const server of ["[::1", "host:0", "host:65536", "host:"]) {
    const { errors } = readFlags(clientFlags, ["--server", server], nothing);
    assertEquals(errors.map(({ kind }) => kind), ["badValue"], server);
  }
  const { values } = readFlags(clientFlags, ["--server", "[::1]:7000"], nothing);
  assertEquals(values.server, "[::1]:7000");
});

Deno.test("readFlags() reads how much of the past is wanted, none of it too, and refuses what is too much", () => {
  const read = (text: string) => readFlags(clientFlags, ["--history", text], nothing);
  for (const text of ["0", "50", "1000"]) assertEquals(read(text).values.history, Number(text));
  for (const text of ["1001", "1.5", "all"]) {
    assertEquals(
      flagFailure(read(text).errors[0]!, "chat-client", english),
      {
        error: `--history can't be ${text}`,
        hint: "it takes a whole number from 0 to 1000",
      },
    );
  }
});

Deno.test("readFlags() reads a fingerprint in either case, and refuses what is none", () => {
  const read = (text: string) => readFlags(clientFlags, ["--fingerprint", text], nothing);
  assertEquals(
    read("k7qd-2m5x-aaaa-bbbb-cccc").values.fingerprint,
    "K7QD-2M5X-AAAA-BBBB-CCCC",
  );
  for (const text of ["K7QD", "K7QD-2M5X-AAAA-BBBB-CCC1", "K7QD-2M5X-AAAA-BBBB-CCCC-DDDD"]) {
    assertEquals(read(text).errors.map(({ kind }) => kind), ["badValue"], text);
  }
});

Deno.test("readFlags() answers words as they were written, where there may be any", () => {
  const args = ["a", "--port", "1", "007", "--", "--b", "2.0"];
  const { values, words, errors } = readFlags(serverFlags, args, nothing, "words");
  assertEquals([values.port, words, errors], [1, ["a", "007", "--b", "2.0"], []]);
  const refused = readFlags(serverFlags, args, nothing);
  assertEquals(refused.errors.map(({ kind }) => kind), ["strayArgument"]);
});

Deno.test("readFlags() answers the good values beside the errors", () => {
  const { values, errors } = readFlags(serverFlags, ["--port", "abc", "--lang", "en"], nothing);
  assertEquals(errors.length, 1);
  assertEquals(values.lang, "en");
});

Deno.test("flagFailure() is an error and a hint, in the user's language", () => {
  const error = { kind: "badValue", flag: "--port", value: "abc", expected: "port" } as const;
  assertEquals(
    formatFailure(flagFailure(error, "chat-server", english)),
    "error: --port can't be abc\nhint: it takes a number from 0 to 65535",
  );
  assertEquals(
    formatFailure(flagFailure(error, "chat-server", portuguese)),
    "error: --port não aceita o valor abc\nhint: espera-se um número de 0 a 65535",
  );
});

const switches: readonly {
  readonly args: readonly string[];
  readonly variable?: string;
  readonly expected: boolean | undefined;
}[] = [
  { args: [], expected: undefined },
  { args: ["--no-direct"], expected: true },
  { args: ["--no-direct"], variable: "0", expected: true },
  { args: ["--no-direct=0"], variable: "1", expected: false },
  { args: ["--no-direct=sim"], variable: "0", expected: true },
  { args: ["--", "--no-direct=1"], expected: undefined },
  { args: [], variable: "1", expected: true },
  { args: [], variable: "Sim", expected: true },
  { args: [], variable: "0", expected: false },
  { args: [], variable: "", expected: undefined },
];

for (const { args, variable, expected } of switches) {
  Deno.test(`readFlags() takes ${args.join(" ") || "nothing"} and CHAT_NO_DIRECT=${variable}`, () => {
    const environment = (name: string) => name === "CHAT_NO_DIRECT" ? variable : undefined;
    const { values, errors } = readFlags(clientFlags, args, environment, "words");
    assertEquals([values["no-direct"], errors], [expected, []]);
  });
}

Deno.test("readFlags() takes no other word for a yes or a no", () => {
  const environment = (name: string) => name === "CHAT_ACCEPT_VERIFIED" ? "perhaps" : undefined;
  const { errors } = readFlags(clientFlags, [], environment, "words");
  assertEquals(readFlags(clientFlags, ["--no-direct="], () => undefined).errors, [
    { kind: "missingValue", flag: "--no-direct" },
  ]);
  assertEquals(errors.map((error) => formatFailure(flagFailure(error, "chat-client", english))), [
    "error: CHAT_ACCEPT_VERIFIED can't be perhaps\nhint: it takes 1 (yes) or 0 (no)",
  ]);
});
