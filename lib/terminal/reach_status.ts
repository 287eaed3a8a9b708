import type { Clock, Timer } from "../clock.ts";
import type { ClientEvent } from "../client/mod.ts";

/** That everybody has a message is shown for so long: enough to see it, and then it is no news. */
const completeForMs = 4_000;

/** Stands before everything that says how far a message has come. */
const reachMark = "✓";

export interface ReachStatusOptions {
  readonly clock: Clock;
  /** Our own name. */
  readonly name: string;
  /** Shows, in place of what was shown before, how far our newest message has come; empty for nothing. */
  readonly show: (status: string) => void;
}

/** Keeps in sight, without a line for it, how many of those present have our newest global message. */
export class ReachStatus {
  readonly #options: ReachStatusOptions;
  #shown = "";
  /** The message that it is about. */
  #seq = 0;
  #completeFor: Timer | undefined;

  constructor(options: ReachStatusOptions) {
    this.#options = options;
  }

  /** Takes note of what has happened. */
  note(event: ClientEvent): void {
    switch (event.kind) {
      case "said":
        if (event.from !== this.#options.name || event.isPast || event.seq <= this.#seq) return;
        if (event.authenticity !== "signed") return;
        this.#seq = event.seq;
        return this.#show("");
      case "reached":
        if (event.seq < this.#seq) return;
        this.#seq = event.seq;
        return this.#showReach(event);
      case "disconnected":
      case "closed":
        this.#seq = 0; // the next room may count anew
        return this.#show("");
    }
  }

  #showReach({ count, present }: Extract<ClientEvent, { kind: "reached" }>): void {
    if (present === 0) return this.#show("");
    this.#show(`${reachMark} ${count}/${present}`);
    if (count < present) return;
    this.#completeFor = this.#options.clock.after(completeForMs, () => this.#show(""));
  }

  #show(status: string): void {
    this.#completeFor?.cancel();
    this.#completeFor = undefined;
    if (status === this.#shown) return;
    this.#shown = status;
    this.#options.show(status);
  }
}
