import type { Clock, Timer } from "../clock.ts";
import type { ClientEvent, MessageId } from "../client/mod.ts";
import { toldLine } from "./event_line.ts";
import { formatTime } from "./format_time.ts";
import { describeReason, type Language } from "./language.ts";
import { type Line, notice } from "./line.ts";

/** To who is here a message takes some ms: its line waits so long to say that it has arrived. */
const deliveryPatienceMs = 250;

/** What arrives within this time is said together: who comes back gets all that has waited at once. */
const gatherMs = 1_000;

/** How far a message of ours has come, as its line says it. */
const marks = { accepted: "✓", delivered: "✓✓" } as const;

/** A private message of ours that the server has accepted. */
export interface AcceptedLetter {
  readonly id: MessageId;
  readonly to: string;
  readonly text: string;
  /** When it was written, in ms since 1970. */
  readonly sentAt: number;
}

/** One whose line is still to be shown. */
interface WaitingLetter extends AcceptedLetter {
  isDelivered: boolean;
  isOverdue: boolean;
  timer: Timer | undefined;
  readonly onShown: (shown: void | Promise<void>) => void;
}

export interface ReceiptsOptions {
  readonly clock: Clock;
  readonly language: Language;
  /** A member's name as it is shown. */
  readonly label: (name: string) => string;
  readonly show: (line: Line) => void | Promise<void>;
}

/**
 * Shows our private messages in the order in which the server has accepted them, each with how far it has
 * come, and says what becomes of them later.
 */
export class Receipts {
  readonly #options: ReceiptsOptions;
  readonly #waiting: WaitingLetter[] = [];
  /** When those were written that were shown and have not arrived. */
  readonly #underWay = new Map<MessageId, number>();
  /** What has arrived and isn't said yet, by addressee, with the time where that is known. */
  readonly #arrived = new Map<string, Map<MessageId, number | undefined>>();
  #gathering: Timer | undefined;

  constructor(options: ReceiptsOptions) {
    this.#options = options;
  }

  /** The server has it; resolves once its line was shown. */
  accept(letter: AcceptedLetter): Promise<void> {
    return new Promise((resolve) => {
      const isDelivered = this.#takeArrival(letter.id);
      const waiting: WaitingLetter = {
        ...letter,
        isDelivered,
        isOverdue: false,
        timer: undefined,
        onShown: resolve,
      };
      this.#waiting.push(waiting);
      if (!isDelivered) this.#setTimer(waiting);
      this.#showReady();
    });
  }

  /** Its addressee has it, which may be news of a message that an earlier run of this program has sent. */
  deliver({ to, id }: Extract<ClientEvent, { kind: "delivered" }>): void {
    const letter = this.#waiting.find((each) => each.id === id);
    if (letter) {
      letter.isDelivered = true;
      return this.#showReady();
    }
    const arrived = this.#arrived.get(to) ?? new Map();
    this.#arrived.set(to, arrived.set(id, this.#underWay.get(id)));
    this.#underWay.delete(id);
    this.#gathering ??= this.#options.clock.after(gatherMs, () => this.#sayArrived());
  }

  /** It can't be delivered: its own line comes first. */
  async fail({ to, id, code }: Extract<ClientEvent, { kind: "undelivered" }>): Promise<void> {
    const letter = this.#waiting.find((each) => each.id === id);
    if (letter) this.#showUpTo(letter);
    const sentAt = this.#underWay.get(id);
    this.#underWay.delete(id);
    const { language, label, show } = this.#options;
    const time = sentAt === undefined ? undefined : this.#format(sentAt);
    await show(notice(language.undelivered(label(to), describeReason(code, language), time)));
  }

  /** Shows all that has waited for company or for better news. */
  flush(): void {
    const last = this.#waiting.at(-1);
    if (last) this.#showUpTo(last);
    this.#sayArrived();
  }

  #setTimer(letter: WaitingLetter): void {
    letter.timer = this.#options.clock.after(deliveryPatienceMs, () => {
      letter.isOverdue = true;
      this.#showReady();
    });
  }

  #showUpTo(last: WaitingLetter): void {
    for (const letter of this.#waiting.slice(0, this.#waiting.indexOf(last) + 1)) {
      letter.isOverdue = true;
    }
    this.#showReady();
  }

  #showReady(): void {
    for (let first = this.#waiting[0]; first; first = this.#waiting[0]) {
      if (!first.isDelivered && !first.isOverdue) return;
      this.#waiting.shift();
      first.timer?.cancel();
      if (!first.isDelivered) this.#underWay.set(first.id, first.sentAt);
      const { language, label, show } = this.#options;
      const mark = first.isDelivered ? marks.delivered : marks.accepted;
      first.onShown(show(toldLine(label(first.to), mark, first.text, language)));
    }
  }

  #sayArrived(): void {
    this.#gathering?.cancel();
    this.#gathering = undefined;
    const { language, label, show } = this.#options;
    for (const [to, arrived] of this.#arrived) {
      const [sentAt] = arrived.values();
      const time = sentAt === undefined ? undefined : this.#format(sentAt);
      const text = language.delivered(label(to), arrived.size, time);
      void show(notice(`${marks.delivered} ${text}`));
    }
    this.#arrived.clear();
  }

  /** Whether the news that it has arrived was quicker than that of its being accepted. */
  #takeArrival(id: MessageId): boolean {
    for (const [to, arrived] of this.#arrived) { // the name may be spelled in another way than it was typed
      if (!arrived.delete(id)) continue;
      if (arrived.size === 0) this.#arrived.delete(to);
      if (this.#arrived.size === 0) this.#sayArrived();
      return true;
    }
    return false;
  }

  #format(wallTime: number): string {
    return formatTime(wallTime, this.#options.clock.wallTime(), this.#options.language);
  }
}
