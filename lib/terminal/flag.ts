import { parseArgs } from "@std/cli/parse-args";
import { parseServerAddress } from "../client/mod.ts";
import { maxHistory, minTransferRate } from "../limits.ts";
import type { Registration } from "../server/mod.ts";
import { type LanguageTag, languageTags } from "./language.ts";
import { closest } from "./closest.ts";

/** What a flag's value may be, with what it is read as. */
interface Values {
  readonly host: string;
  readonly port: number;
  readonly directory: string;
  readonly count: number;
  /** How many messages. */
  readonly history: number;
  /** Bytes a second. */
  readonly rate: number;
  readonly language: LanguageTag;
  readonly registration: Registration;
  readonly server: string;
  readonly name: string;
  readonly invitation: string;
  /** In capitals, with its hyphens. */
  readonly fingerprint: string;
  /** The flag stands alone; its variable says yes or no. */
  readonly switch: boolean;
  /** The flag stands alone. */
  readonly none: boolean;
}

export type ValueKind = keyof Values;

/** A row in a program's table of flags; its key there is what follows `--`. */
export interface Flag {
  readonly value: ValueKind;
  /** The environment variable that stands in for a flag that isn't given. */
  readonly variable?: string;
  /** What may follow a single `-`. */
  readonly letter?: string;
}

/** What a program can be told to do instead of what it is there for, each with the value it takes. */
export type CommandTable = Readonly<Record<string, ValueKind>>;

/** The command given; its argument is empty where it takes none. */
export interface GivenCommand<Table extends CommandTable> {
  readonly name: keyof Table & string;
  readonly argument: string;
}

export type FlagTable = Readonly<Record<string, Flag>>;

/** What was given, by flag or by environment variable. */
export type FlagValues<Table extends FlagTable> = {
  readonly [Name in keyof Table]: Values[Table[Name]["value"]] | undefined;
};

/** What is wrong with the arguments; `flag` is a flag or the variable in its place, as it was written. */
export type FlagError =
  | { readonly kind: "unknownFlag"; readonly flag: string; readonly suggestion: string | undefined }
  | { readonly kind: "strayArgument"; readonly argument: string }
  | {
    readonly kind: "unknownCommand";
    readonly command: string;
    readonly suggestion: string | undefined;
  }
  | { readonly kind: "missingArgument"; readonly command: string; readonly expected: ValueKind }
  | { readonly kind: "missingValue"; readonly flag: string }
  /** What it says is nobody's business: it may be a passphrase. */
  | { readonly kind: "unwantedValue"; readonly flag: string }
  | {
    readonly kind: "badValue";
    readonly flag: string;
    readonly value: string;
    readonly expected: ValueKind;
  };

/** Answers what an environment variable holds, or `undefined`. */
export type Environment = (variable: string) => string | undefined;

/**
 * Reads a program's arguments and, for flags that aren't given, their environment variables. An empty
 * variable counts as none.
 *
 * @param expected the commands that the program takes, or that the caller reads what belongs to no flag as
 * `words`; otherwise such arguments are errors
 * @returns every value that is good, whatever is wrong with the rest
 */
export function readFlags<Table extends FlagTable, Commands extends CommandTable>(
  table: Table,
  args: readonly string[],
  environment: Environment,
  expected?: Commands | "words",
): {
  readonly values: FlagValues<Table>;
  readonly command: GivenCommand<Commands> | undefined;
  readonly words: readonly string[];
  readonly errors: readonly FlagError[];
} {
  const errors: FlagError[] = [];
  const words: string[] = [];
  const given = parse(table, args, words, errors);
  const command = expected === "words" ? undefined : readCommand(expected, words, errors);
  const values = Object.entries(table).map(([name, { value: kind, variable }]) => {
    if (kind === "none") return [name, given[name] === true];
    if (kind === "switch" && given[name] === true) return [name, true];
    const fromFlag = given[name] === false ? undefined : given[name] as string | undefined;
    const flag = fromFlag === undefined ? variable : `--${name}`;
    const text = fromFlag ?? (variable && environment(variable) || undefined);
    if (flag === undefined || text === undefined) return [name, undefined];
    const value = readers[kind](text);
    if (text === "") errors.push({ kind: "missingValue", flag });
    else if (value === undefined) {
      errors.push({ kind: "badValue", flag, value: text, expected: kind });
    }
    return [name, value];
  });
  return { values: Object.fromEntries(values), command, words, errors };
}

/** Kinds of flags that no value follows. */
const standAlone: ReadonlySet<ValueKind> = new Set<ValueKind>(["switch", "none"]);

/** What stands alone goes to `words`. A switch with a value is given as that. */
function parse(
  table: FlagTable,
  args: readonly string[],
  words: string[],
  errors: FlagError[],
): Record<string, unknown> {
  const names = Object.keys(table);
  const withValue = names.filter((name) => !standAlone.has(table[name]!.value));
  const letters = Object.entries(table).flatMap(([name, { letter }]) =>
    letter ? [[name, letter]] : []
  );
  const { switched, others } = takeSwitches(table, args, errors);
  const given = parseArgs(others, {
    string: withValue,
    boolean: names.filter((name) => !withValue.includes(name)),
    alias: Object.fromEntries(letters),
    unknown(argument, key) {
      if (argument === "") return false; // a flag's empty value, of which the flag complains
      if (key === undefined) words.push(argument);
      else {
        const suggestion = suggest(argument, names);
        errors.push({ kind: "unknownFlag", flag: argument, suggestion });
      }
      return false;
    },
  });
  words.push(...given._.map(String)); // what follows `--`
  return { ...given, ...switched };
}

/** Takes out `--flag=value` where the flag is one that stands alone: parseArgs would overlook the value. */
function takeSwitches(table: FlagTable, args: readonly string[], errors: FlagError[]) {
  const switched: Record<string, string> = {};
  const end = args.includes("--") ? args.indexOf("--") : args.length;
  const others = args.filter((argument, i) => {
    const [, name = "", value = ""] = /^--([^=]+)=(.*)$/s.exec(argument) ?? [];
    const kind = Object.hasOwn(table, name) && i < end ? table[name]!.value : undefined;
    if (kind === undefined || !standAlone.has(kind)) return true;
    if (kind === "switch") switched[name] = value;
    else errors.push({ kind: "unwantedValue", flag: `--${name}` });
    return false;
  });
  return { switched, others };
}

function readCommand<Commands extends CommandTable>(
  commands: Commands | undefined,
  [name, ...rest]: readonly string[],
  errors: FlagError[],
): GivenCommand<Commands> | undefined {
  if (name === undefined) return undefined;
  const kind = commands && Object.hasOwn(commands, name) ? commands[name] : undefined;
  if (kind === undefined) {
    const suggestion = closest(name, Object.keys(commands ?? {}));
    errors.push(
      commands
        ? { kind: "unknownCommand", command: name, suggestion }
        : { kind: "strayArgument", argument: name },
    );
    return undefined;
  }
  const argument = kind === "none" ? "" : rest.shift() ?? "";
  if (kind !== "none" && argument === "") {
    errors.push({ kind: "missingArgument", command: name, expected: kind });
  }
  for (const argument of rest) errors.push({ kind: "strayArgument", argument });
  return { name, argument };
}

function suggest(flag: string, names: readonly string[]): string | undefined {
  const [written = ""] = flag.split("=");
  return closest(written, names.map((name) => `--${name}`));
}

const registrations: readonly Registration[] = ["open", "invite", "closed"];

/** From text to value; `undefined` where it isn't one. */
const readers: { readonly [Kind in ValueKind]: (text: string) => Values[Kind] | undefined } = {
  host: (text) => text,
  port: (text) => readWholeNumber(text, 0, 65_535),
  directory: (text) => text,
  count: (text) => readWholeNumber(text, 1, Number.MAX_SAFE_INTEGER),
  history: (text) => readWholeNumber(text, 0, maxHistory),
  rate: readRate,
  language: (text) => languageTags.find((tag) => tag === text),
  registration: (text) => registrations.find((registration) => registration === text),
  server: (text) => isServerAddress(text) ? text : undefined,
  name: (text) => text,
  invitation: (text) => text,
  fingerprint: readFingerprint,
  switch: readSwitch,
  none: () => undefined,
};

const yes: readonly string[] = ["1", "true", "yes", "sim"];
const no: readonly string[] = ["0", "false", "no", "não", "nao"];

function readSwitch(text: string): boolean | undefined {
  const word = text.toLowerCase();
  return yes.includes(word) || (no.includes(word) ? false : undefined);
}

function readWholeNumber(text: string, least: number, most: number): number | undefined {
  const number = Number(text);
  return /^\d+$/.test(text) && number >= least && number <= most ? number : undefined;
}

const bytesOf = { "": 1, k: 1e3, m: 1e6, g: 1e9, ki: 2 ** 10, mi: 2 ** 20, gi: 2 ** 30 } as const;

/** `500k`, `1.5M`, `10MB` are powers of 1,000, as network rates are; `10Mi`, `10MiB` of 1,024. */
function readRate(text: string): number | undefined {
  const match = /^(?<number>\d+(?:\.\d+)?)(?<unit>(?:[kmg]i?)?)b?$/i.exec(text);
  if (!match) return undefined;
  const { number = "", unit = "" } = match.groups!;
  const rate = Math.round(Number(number) * bytesOf[unit.toLowerCase() as keyof typeof bytesOf]);
  return rate >= minTransferRate && rate <= Number.MAX_SAFE_INTEGER ? rate : undefined;
}

function readFingerprint(text: string): string | undefined {
  const capitals = text.toUpperCase();
  return /^[A-Z2-7]{4}(?:-[A-Z2-7]{4}){4}$/.test(capitals) ? capitals : undefined;
}

function isServerAddress(text: string): boolean {
  try {
    parseServerAddress(text);
    return true;
  } catch {
    return false;
  }
}
