import type { Language } from "./language.ts";

/** Why a program ends, and what its user can do next: a line each. */
export interface Failure {
  readonly error: string;
  readonly hint: string;
}

/** The two lines that go to standard error. */
export function formatFailure({ error, hint }: Failure, language: Language): string {
  return `${language.error(error)}\n${language.hint(hint)}`;
}
