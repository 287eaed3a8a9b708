import { assertEquals, assertRejects } from "@std/assert";
import { english } from "../../lib/terminal/english.ts";
import { FailureError } from "../../lib/terminal/failure.ts";
import { passphrasesFrom } from "../../lib/terminal/passphrase.ts";
import { answering } from "./fake_secrets.ts";

const [once, again] = [english.askNewPassphrase, english.askPassphraseAgain];

for (
  const { purpose, sealsNew, answers, expected, questions } of [
    { purpose: "open", sealsNew: false, answers: [" a b "], expected: "a b" },
    { purpose: "seal", sealsNew: true, answers: ["ab", "ab "], expected: "ab", questions: 2 },
    { purpose: "seal", sealsNew: false, answers: [], expected: undefined, questions: 0 },
  ] as const
) {
  Deno.test(`passphrasesFrom() answers ${expected} to ${purpose}, asking as often as it takes`, async () => {
    const { ask, asked } = answering(...answers);
    const passphrase = passphrasesFrom(ask, { sealsNew, language: english });
    assertEquals(await passphrase(purpose), expected);
    assertEquals(
      asked,
      questions === 2 ? [once, again] : questions === 0 ? [] : [english.askPassphrase],
    );
  });
}

for (
  const { what, purpose, answers, failure } of [
    { what: "an empty one", purpose: "open", answers: [" "], failure: english.noPassphrase },
    { what: "none", purpose: "open", answers: [], failure: english.noPassphrase },
    {
      what: "half a letter",
      purpose: "seal",
      answers: ["a\ufffd", "a\ufffd"],
      failure: english.passphraseGarbled,
    },
    { what: "an empty new one", purpose: "seal", answers: [""], failure: english.noPassphrase },
    {
      what: "two that differ",
      purpose: "seal",
      answers: ["a", "b"],
      failure: english.passphrasesDiffer,
    },
    { what: "one alone", purpose: "seal", answers: ["a"], failure: english.passphrasesDiffer },
    {
      what: "nobody to ask",
      purpose: "open",
      answers: undefined,
      failure: english.passphraseNeedsTerminal,
    },
    {
      what: "nobody to ask for a new one",
      purpose: "seal",
      answers: undefined,
      failure: english.passphraseNeedsTerminal,
    },
  ] as const
) {
  Deno.test(`passphrasesFrom() refuses ${what}`, async () => {
    const ask = answers && answering(...answers).ask;
    const passphrase = passphrasesFrom(ask, { sealsNew: true, language: english });
    const error = await assertRejects(() => passphrase(purpose), FailureError);
    assertEquals(error.failure, failure);
  });
}
