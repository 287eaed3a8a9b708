/** Why a program ends, and what its user can do next: a line each. */
export interface Failure {
  readonly error: string;
  readonly hint: string;
}

/** Ends a program with a failure that is in words already. */
export class FailureError extends Error {
  /** Tells it from other errors. */
  override readonly name = "FailureError";

  constructor(readonly failure: Failure) {
    super(failure.error);
  }
}

/** The two lines that go to standard error. */
export function formatFailure({ error, hint }: Failure): string {
  return `${formatError(error)}\nhint: ${hint}`;
}

/** One line that says what is wrong. It begins alike in every language, for scripts to find it. */
export function formatError(error: string): string {
  return `error: ${error}`;
}
