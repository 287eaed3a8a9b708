import { assertEquals } from "@std/assert";
import { chooseLanguage } from "../../lib/terminal/language_choice.ts";

const choices: readonly {
  readonly name: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly expected: "pt" | "en";
}[] = [
  { name: "no locale", environment: {}, expected: "pt" },
  { name: "an empty locale", environment: { LANG: "" }, expected: "pt" },
  { name: "C", environment: { LANG: "C" }, expected: "pt" },
  { name: "C.UTF-8", environment: { LANG: "C.UTF-8" }, expected: "pt" },
  { name: "POSIX", environment: { LC_ALL: "POSIX" }, expected: "pt" },
  { name: "pt_BR.UTF-8", environment: { LANG: "pt_BR.UTF-8" }, expected: "pt" },
  { name: "pt_PT@euro", environment: { LANG: "pt_PT@euro" }, expected: "pt" },
  { name: "pt", environment: { LANG: "pt" }, expected: "pt" },
  { name: "pt-BR", environment: { LANG: "pt-BR" }, expected: "pt" },
  { name: "en_US.UTF-8", environment: { LANG: "en_US.UTF-8" }, expected: "en" },
  { name: "de_DE", environment: { LANG: "de_DE" }, expected: "en" },
  { name: "a language that begins as C does", environment: { LANG: "cs_CZ" }, expected: "en" },
  {
    name: "LC_ALL before LC_MESSAGES",
    environment: { LC_ALL: "pt_BR", LC_MESSAGES: "en_US", LANG: "en_US" },
    expected: "pt",
  },
  {
    name: "LC_MESSAGES before LANG",
    environment: { LC_MESSAGES: "en_US", LANG: "pt_BR" },
    expected: "en",
  },
  {
    name: "an empty LC_ALL as none",
    environment: { LC_ALL: "", LC_MESSAGES: "", LANG: "en_US" },
    expected: "en",
  },
  { name: "C in LC_ALL", environment: { LC_ALL: "C", LANG: "en_US" }, expected: "pt" },
];

for (const { name, environment, expected } of choices) {
  Deno.test(`chooseLanguage() takes ${name} for ${expected}`, () => {
    assertEquals(chooseLanguage(undefined, (variable) => environment[variable]).tag, expected);
  });
}

Deno.test("chooseLanguage() puts what was asked for before the locale", () => {
  assertEquals(chooseLanguage("en", () => "pt_BR").tag, "en");
  assertEquals(chooseLanguage("pt", () => "en_US").tag, "pt");
});
