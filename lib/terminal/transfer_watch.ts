import type { ClientEvent, TransferStatus } from "../client/mod.ts";
import type { Clock, Timer } from "../clock.ts";
import { maxTransfersRemembered } from "../limits.ts";
import { cleanName } from "./clean_text.ts";
import { nameOf } from "./command.ts";
import type { Language } from "./language.ts";
import { type Line, notice } from "./line.ts";
import { formatProgress, formatStatus, type Progress, timeLeft } from "./progress_line.ts";
import { formatDuration, formatSpeed, percentOf } from "./quantities.ts";
import { SpeedMeter } from "./speed_meter.ts";
import { describeContent, titleOf } from "./transfer_words.ts";

/** The status is drawn anew this often: twice a second is lively, and nobody can read more. */
const redrawMs = 500;

/** Where there is no status, a line says how far a transfer is this often. */
const lineEveryMs = 5_000;

/** Preparing is worth a word where it takes longer than this. */
const preparingPatienceMs = 1_000;

/** Most breaks are mended sooner than this, and nobody need hear of them. */
const waitingPatienceMs = 3_000;

/** A speed over less than this would be luck. */
const minMeasuredMs = 1_000;

/** Paths in one line; the rest is counted. */
const maxPathsShown = 3;

export interface TransferWatchOptions {
  readonly clock: Clock;
  readonly language: Language;
  /** A member's name as it is shown. */
  readonly label: (name: string) => string;
  readonly isPresent: (name: string) => boolean;
  /** Whether files of this member are accepted without asking. */
  readonly acceptsFrom: (name: string) => boolean;
  /** A path as it is shown. */
  readonly shortPath: (path: string) => string;
  /** Where files go unless the user says otherwise. */
  readonly downloads: string;
  readonly show: (line: Line) => void | Promise<void>;
  readonly complain: (text: string) => void;
  /** Keeps a word before the prompt, at most so wide; missing where there is no prompt. */
  readonly status: { show(text: string): void; readonly width: number } | undefined;
}

/** What is known of a transfer besides its newest status. */
interface Followed {
  status: TransferStatus;
  readonly meter: SpeedMeter;
  /** Where and when the content began to move. */
  begin: { readonly at: number; readonly bytes: number } | undefined;
  /** Until something is worth a word. */
  timer: Timer | undefined;
  /** Whether its user has been told that it waits. */
  isWaitSaid: boolean;
  /** Whether it is prepared for so long that how far that is is shown. */
  isSlow: boolean;
  lineAt: number;
}

/** Tells what becomes of transfers, and keeps in sight how far they are. */
export class TransferWatch {
  readonly #options: TransferWatchOptions;
  readonly #followed = new Map<number, Followed>();
  /** Those of an earlier start. */
  readonly #earlier: ReadonlySet<number>;
  /** Where the user has said that they go. */
  readonly #directories = new Map<number, string>();
  /** Those that the user ends. */
  readonly #cancelled = new Set<number>();
  /** Called once they are over, or can't go on without somebody's help. */
  readonly #onSettled = new Map<number, () => void>();
  #ticking: Timer | undefined;
  #isClosed = false;

  /** @param earlier transfers that an earlier start has left */
  constructor(options: TransferWatchOptions, earlier: readonly TransferStatus[]) {
    this.#options = options;
    for (const status of earlier) this.#follow(status);
    this.#earlier = new Set(earlier.map(({ number }) => number));
  }

  /** Shows what an earlier start has left. */
  showEarlier(): void {
    for (const number of this.#earlier) {
      const { status } = this.#followed.get(number)!;
      const isAsked = status.direction === "in" && status.state === "offered";
      const text = isAsked ? this.#offer(status) : this.describe(status);
      void this.#options.show(notice(isAsked ? `[${number}] ${text}` : text));
    }
  }

  /** Takes note of what has happened, and says what is news. */
  async note(event: ClientEvent): Promise<void> {
    if (event.kind === "offered") {
      const { transfer, authenticity } = event;
      this.#follow(transfer);
      const isKnown = this.#earlier.has(transfer.number);
      if (authenticity === "signed" && isKnown) return;
      const { doubts } = this.#options.language;
      const doubt = authenticity === "signed" ? "" : `(${doubts[authenticity]}) `;
      await this.#options.show({
        tone: "privateToUs", // it is asked of us alone
        head: `* [${transfer.number}] `,
        text: doubt + this.#offer(transfer, authenticity),
      });
    }
    if (event.kind === "transfer") await this.#take(event.transfer);
    if (event.kind === "closed") this.#close();
  }

  /** The user has said where it goes. */
  setDirectory(number: number, directory: string): void {
    this.#directories.set(number, directory);
  }

  /** It is the user who ends it. */
  expectCancelling(number: number): void {
    this.#cancelled.add(number);
  }

  get isClosed(): boolean {
    return this.#isClosed;
  }

  /** Whether it is over, or can't go on without somebody's help. */
  isSettled(number: number): boolean {
    const followed = this.#followed.get(number);
    return this.#isClosed || followed !== undefined && isSettled(followed.status);
  }

  /** Resolves once that is so, or says anew that it is. */
  settles(number: number): Promise<void> {
    return new Promise((resolve) => this.#onSettled.set(number, resolve));
  }

  /** Those being prepared of which nothing has come are gone without a word; `there` are the ones that are not. */
  prune(there: readonly TransferStatus[]): void {
    const numbers = new Set(there.map(({ number }) => number));
    for (const [number, followed] of this.#followed) {
      if (followed.status.state !== "preparing" || numbers.has(number)) continue;
      this.#stopWaiting(followed);
      this.#followed.delete(number);
    }
  }

  /** Waits no longer for that. */
  forget(number: number): void {
    this.#onSettled.get(number)?.();
    this.#onSettled.delete(number);
  }

  /** A transfer in a line of the list. */
  describe(status: TransferStatus): string {
    const { language, label } = this.#options;
    const { transfers: words } = language;
    const peer = label(status.peer);
    const entry = words.entry[status.direction](peer, describeContent(status, language));
    return `[${status.number}] ${entry}: ${this.#describeState(status, peer)}`;
  }

  // ------------------------------------------------------------------------------------ what is said

  async #take(status: TransferStatus): Promise<void> {
    const before = this.#followed.get(status.number)?.status;
    const followed = this.#follow(status);
    const hasChanged = before?.state !== status.state || before.failure !== status.failure;
    if (hasChanged) this.#stopWaiting(followed);
    this.#measure(followed, before);
    if (hasChanged) await this.#tell(followed, before);
    if (isSettled(status)) this.forget(status.number);
    this.#tickSoon();
  }

  async #tell(followed: Followed, before: TransferStatus | undefined): Promise<void> {
    const { status } = followed;
    const { language, label, isPresent, shortPath, downloads } = this.#options;
    const { transfers: words } = language;
    const [peer, title] = [label(status.peer), titleOf(status, language)];
    switch (status.state) {
      case "preparing":
        return this.#setTimer(followed, preparingPatienceMs, () => {
          followed.isSlow = true;
          void this.#say(status, words.preparing(peer, describeContent(status, language)));
          this.#tickSoon();
        });
      case "offered": {
        if (status.direction === "in") return;
        const what = describeContent(status, language);
        await this.#say(status, words.offered(peer, what, isPresent(status.peer)));
        const { leftOut = [] } = status;
        if (leftOut.length > 0) await this.#say(status, words.leftOut(this.#list(leftOut)));
        return;
      }
      case "waiting": {
        if (status.failure) return this.#complain(status, this.#failure(status));
        const isNew = before?.state === "offered" || before?.state === "failed";
        this.#setTimer(followed, waitingPatienceMs, () => {
          followed.isWaitSaid = true;
          const percent = percentOf(followed.status.bytes, status.size);
          const { begin } = followed;
          void this.#say(status, begin ? words.paused(title, percent) : words.waiting(peer, title));
        });
        if (!isNew) return;
        const directory = shortPath(this.#directories.get(status.number) ?? downloads);
        const text = status.direction === "in"
          ? words.receiving(peer, title, directory)
          : words.accepted(peer, title);
        return await this.#say(status, text);
      }
      case "moving": {
        if (!followed.isWaitSaid) return;
        followed.isWaitSaid = false;
        const percent = percentOf(status.bytes, status.size);
        return percent > 0 ? await this.#say(status, words.resumed(title, percent)) : undefined;
      }
      case "done": {
        const pace = this.#pace(followed);
        const text = status.direction === "in"
          ? words.received(peer, pace, this.#list(status.paths ?? [status.name]))
          : words.sent(peer, pace, title);
        return await this.#say(status, text);
      }
      case "declined":
        return status.direction === "in"
          ? await this.#say(status, words.declinedByUs(title))
          : this.#complain(status, words.declined(peer, title));
      case "cancelled": {
        if (this.#cancelled.has(status.number)) {
          return await this.#say(status, words.cancelled(title));
        }
        const text = words.cancelledBy(peer, title);
        const wasAsked = before?.state !== "offered" || status.direction === "out";
        return wasAsked ? this.#complain(status, text) : await this.#say(status, text);
      }
      case "failed":
        return this.#complain(status, this.#failure(status));
      default:
        return status.state satisfies never;
    }
  }

  #offer(status: TransferStatus, authenticity = "signed"): string {
    const { language, label, acceptsFrom } = this.#options;
    const { transfers: words, tag } = language;
    const isGenuine = authenticity === "signed";
    const peer = isGenuine ? label(status.peer) : cleanName(status.peer);
    const what = describeContent(status, language);
    if (isGenuine && acceptsFrom(status.peer)) return words.offerOfVerified(peer, what);
    const [accept, decline] = [nameOf("accept", tag), nameOf("decline", tag)];
    return words.offer(peer, what, `${accept} ${status.number}`, `${decline} ${status.number}`);
  }

  #failure(status: TransferStatus): string {
    const { language, label } = this.#options;
    const { transfers: words, tag } = language;
    const accept = `${nameOf("accept", tag)} ${status.number} ${language.placeholders.directory}`;
    const describe = words.transferErrors[status.failure ?? "failed"][status.direction];
    return words.failed(titleOf(status, language), describe(label(status.peer), accept));
  }

  #describeState(status: TransferStatus, peer: string): string {
    const { language, clock } = this.#options;
    const { transfers: words, tag } = language;
    switch (status.state) {
      case "offered":
        return status.direction === "out" ? words.unanswered.out : words.unanswered.in(
          `${nameOf("accept", tag)} ${status.number}`,
          `${nameOf("decline", tag)} ${status.number}`,
        );
      case "moving": {
        const meter = this.#followed.get(status.number)?.meter ?? new SpeedMeter();
        const progress = this.#progressOf({ status, meter }, clock.now());
        return formatProgress(progress, tag, progressWords(language));
      }
      case "failed":
        return this.#failure(status).slice(`${titleOf(status, language)}: `.length);
      case "waiting": {
        const percent = percentOf(status.bytes, status.size);
        const waits = words.states.waiting(peer);
        return percent > 0 && percent < 100 ? `${percent}%, ${waits}` : waits;
      }
      default:
        return words.states[status.state](peer);
    }
  }

  #pace({ begin, status }: Followed): string {
    const { clock, language: { tag, transfers: words } } = this.#options;
    const ms = begin ? clock.now() - begin.at : 0;
    if (!begin || ms < minMeasuredMs) return words.pace(words.underOneSecond, undefined);
    const speed = (status.size - begin.bytes) * 1_000 / ms;
    return words.pace(formatDuration(ms), formatSpeed(speed, tag));
  }

  #list(paths: readonly string[]): string {
    const { shortPath, language: { transfers: words } } = this.#options;
    const shown = paths.slice(0, maxPathsShown).map(shortPath).join(", ");
    const others = paths.length - maxPathsShown;
    return others > 0 ? words.withOthers(shown, String(others)) : shown;
  }

  async #say({ number }: TransferStatus, text: string): Promise<void> {
    await this.#options.show(notice(`[${number}] ${text}`));
  }

  #complain({ number }: TransferStatus, text: string): void {
    this.#options.complain(`[${number}] ${text}`);
  }

  // -------------------------------------------------------------------------------- what is kept in sight

  #measure(followed: Followed, before: TransferStatus | undefined): void {
    const { status: { state, bytes }, meter } = followed;
    if (state !== "moving" && state !== "preparing") return;
    const now = this.#options.clock.now();
    if (before?.state !== state) {
      meter.reset();
      followed.lineAt = now;
      if (state === "moving") followed.begin ??= { at: now, bytes };
    }
    const isFirst = state === "moving" && before?.state === state && meter.isEmpty;
    if (isFirst && followed.begin && this.#earlier.has(followed.status.number)) {
      followed.begin = { at: followed.begin.at, bytes }; // there since an earlier start
    }
    if (before?.state === state || state === "preparing") meter.note(now, bytes);
  }

  #progressOf({ status, meter }: Pick<Followed, "status" | "meter">, now: number): Progress {
    const { number, bytes, size, state, peer } = status;
    const { language, label } = this.#options;
    const title = state === "preparing"
      ? language.transfers.states.preparing(label(peer))
      : titleOf(status, language);
    return { number, title, bytes, size, speed: meter.bytesPerSecond(now) };
  }

  /** Shows how far all is, now where it isn't shown yet and then at intervals. */
  #tickSoon(): void {
    if (!this.#ticking) this.#tick();
  }

  #tick(): void {
    const { clock, language, show, status } = this.#options;
    const now = clock.now();
    const visible = [...this.#followed.values()].filter(isVisible);
    this.#ticking = visible.length > 0 && !this.#isClosed
      ? clock.after(redrawMs, () => this.#tick())
      : undefined;
    if (status) return status.show(this.#isClosed ? "" : this.#summary(visible, now, status.width));
    for (const followed of visible) {
      if (now - followed.lineAt < lineEveryMs) continue;
      followed.lineAt = now;
      const progress = this.#progressOf(followed, now);
      const words = formatProgress(progress, language.tag, progressWords(language));
      void show(notice(`[${progress.number}] ${progress.title}: ${words}`));
    }
  }

  /** The one that is nearest to its end, and how many there are besides. */
  #summary(visible: readonly Followed[], now: number, width: number): string {
    const [first, ...others] = visible.map((each) => this.#progressOf(each, now))
      .toSorted((a, b) =>
        (timeLeft(a) ?? Infinity) - (timeLeft(b) ?? Infinity) || a.number - b.number
      );
    if (!first) return "";
    const rest = others.length > 0 ? ` +${others.length}` : "";
    return formatStatus(first, width - rest.length, this.#options.language.tag) + rest;
  }

  // ----------------------------------------------------------------------------------------- book-keeping

  #follow(status: TransferStatus): Followed {
    const known = this.#followed.get(status.number);
    if (known) {
      known.status = status;
      return known;
    }
    const followed: Followed = {
      status,
      meter: new SpeedMeter(),
      begin: undefined,
      timer: undefined,
      isWaitSaid: false,
      isSlow: false,
      lineAt: this.#options.clock.now(),
    };
    this.#followed.set(status.number, followed);
    if (this.#followed.size > maxTransfersRemembered) this.#forgetOldest();
    return followed;
  }

  /** As the client does; what happens to it yet is followed anew. */
  #forgetOldest(): void {
    const oldest = this.#followed.values().find(({ status }) => isSettled(status));
    if (!oldest) return;
    this.#stopWaiting(oldest);
    this.#followed.delete(oldest.status.number);
  }

  #setTimer(followed: Followed, ms: number, callback: () => void): void {
    followed.timer = this.#options.clock.after(ms, callback);
  }

  #stopWaiting(followed: Followed): void {
    followed.timer?.cancel();
    followed.timer = undefined;
  }

  #close(): void {
    this.#isClosed = true;
    this.#ticking?.cancel();
    this.#options.status?.show("");
    for (const followed of this.#followed.values()) this.#stopWaiting(followed);
    for (const number of this.#onSettled.keys()) this.forget(number);
    const unfinished = [...this.#followed.values()].filter(({ status: { state, failure } }) =>
      (state === "waiting" || state === "moving") && failure === undefined
    );
    const { language: { transfers: words }, show } = this.#options;
    if (unfinished.length > 0) void show(notice(words.goOn(unfinished.length)));
  }
}

/** Whether it is over, or can't go on without somebody's help. */
function isSettled({ state, failure }: TransferStatus): boolean {
  return state !== "preparing" && state !== "offered" && state !== "moving" &&
    (state !== "waiting" || failure !== undefined);
}

function isVisible({ status: { state }, isSlow }: Followed): boolean {
  return state === "moving" || state === "preparing" && isSlow;
}

function progressWords({ transfers: { of, timeLeft } }: Language) {
  return { of, left: timeLeft };
}
