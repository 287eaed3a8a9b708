/** What a scenario has found, printed as it comes. */
export class Verdict {
  #failures = 0;

  /** Whether every check so far has held. */
  get hasPassed(): boolean {
    return this.#failures === 0;
  }

  /** Says what was measured. */
  note(text: string): void {
    console.log(`  ${text}`);
  }

  /** Says whether something holds that has to. */
  check(holds: boolean, what: string): void {
    if (!holds) this.#failures++;
    console.log(`  ${holds ? "ok  " : "FAIL"} ${what}`);
  }
}

/** Formats ms for people. */
export function ms(value: number): string {
  return `${value.toFixed(value < 10 ? 1 : 0)} ms`;
}

/** The value below which this share of the others is, from 0 to 1. */
export function quantile(sorted: readonly number[], share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? NaN;
}
