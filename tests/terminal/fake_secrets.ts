import type { AskSecret } from "../../lib/terminal/passphrase.ts";

/** Somebody who answers what the test has prepared, and then no more. */
export function answering(...answers: string[]): { readonly ask: AskSecret; asked: string[] } {
  const asked: string[] = [];
  const ask = (question: string) => {
    asked.push(question);
    return Promise.resolve(answers.shift());
  };
  return { ask, asked };
}
