/** Stands between the parts. */
const separator = "  ";

/** The status before the prompt, of the parts that each have their own to say. */
export class StatusLine<Part extends string> {
  readonly #order: readonly Part[];
  readonly #show: (status: string) => void;
  readonly #texts = new Map<Part, string>();

  /** @param order in which parts that say something are shown */
  constructor(order: readonly Part[], show: (status: string) => void) {
    this.#order = order;
    this.#show = show;
  }

  /** Shows a part in place of what it said before; empty for nothing. */
  set(part: Part, text: string): void {
    if ((this.#texts.get(part) ?? "") === text) return;
    this.#texts.set(part, text);
    this.#show(this.#order.map((each) => this.#texts.get(each)).filter(Boolean).join(separator));
  }
}
