import { parseArgs } from "@std/cli/parse-args";
import { parseServerAddress } from "../client/mod.ts";
import { type LanguageTag, languageTags } from "./language.ts";
import { closest } from "./closest.ts";

/** What a flag's value may be, with what it is read as. */
interface Values {
  readonly host: string;
  readonly port: number;
  readonly directory: string;
  readonly count: number;
  readonly language: LanguageTag;
  readonly server: string;
  readonly name: string;
  readonly invitation: string;
  /** In capitals, with its hyphens. */
  readonly fingerprint: string;
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

export type FlagTable = Readonly<Record<string, Flag>>;

/** What was given, by flag or by environment variable. */
export type FlagValues<Table extends FlagTable> = {
  readonly [Name in keyof Table]: Values[Table[Name]["value"]] | undefined;
};

/** What is wrong with the arguments; `flag` is a flag or the variable in its place, as it was written. */
export type FlagError =
  | { readonly kind: "unknownFlag"; readonly flag: string; readonly suggestion: string | undefined }
  | { readonly kind: "strayArgument"; readonly argument: string }
  | { readonly kind: "missingValue"; readonly flag: string }
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
 * @param takesWords whether arguments that belong to no flag are answered as words; otherwise they are errors
 * @returns every value that is good, whatever is wrong with the rest
 */
export function readFlags<Table extends FlagTable>(
  table: Table,
  args: readonly string[],
  environment: Environment,
  takesWords = false,
): {
  readonly values: FlagValues<Table>;
  readonly words: readonly string[];
  readonly errors: readonly FlagError[];
} {
  const errors: FlagError[] = [];
  const words: string[] = [];
  const given = parse(table, args, errors, words);
  const strays = takesWords ? [] : words.splice(0);
  for (const argument of strays) errors.push({ kind: "strayArgument", argument });
  const values = Object.entries(table).map(([name, { value: kind, variable }]) => {
    if (kind === "none") return [name, given[name] === true];
    const fromFlag = given[name] as string | undefined;
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
  return { values: Object.fromEntries(values), words, errors };
}

function parse(
  table: FlagTable,
  args: readonly string[],
  errors: FlagError[],
  words: string[],
) {
  const names = Object.keys(table);
  const withValue = names.filter((name) => table[name]!.value !== "none");
  const letters = Object.entries(table).flatMap(([name, { letter }]) =>
    letter ? [[name, letter]] : []
  );
  const given = parseArgs(args, {
    string: withValue,
    boolean: names.filter((name) => !withValue.includes(name)),
    alias: Object.fromEntries(letters),
    unknown(argument, key) {
      if (argument === "") return false; // a flag's empty value, of which the flag complains
      if (key === undefined) words.push(argument);
      else {errors.push({
          kind: "unknownFlag",
          flag: argument,
          suggestion: suggest(argument, names),
        });}
      return false;
    },
  });
  words.push(...given._.map(String));
  return given;
}

function suggest(flag: string, names: readonly string[]): string | undefined {
  const [written = ""] = flag.split("=");
  return closest(written, names.map((name) => `--${name}`));
}

/** From text to value; `undefined` where it isn't one. */
const readers: { readonly [Kind in ValueKind]: (text: string) => Values[Kind] | undefined } = {
  host: (text) => text,
  port: (text) => readWholeNumber(text, 0, 65_535),
  directory: (text) => text,
  count: (text) => readWholeNumber(text, 1, Number.MAX_SAFE_INTEGER),
  language: (text) => languageTags.find((tag) => tag === text),
  server: (text) => isServerAddress(text) ? text : undefined,
  name: (text) => text,
  invitation: (text) => text,
  fingerprint: readFingerprint,
  none: () => undefined,
};

function readWholeNumber(text: string, least: number, most: number): number | undefined {
  const number = Number(text);
  return /^\d+$/.test(text) && number >= least && number <= most ? number : undefined;
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
