import {
  ChatError,
  type Client,
  SourceError,
  TransferError,
  type TransferState,
  type TransferStatus,
} from "../client/mod.ts";
import { nameOf } from "./command.ts";
import { describeReason, type Language } from "./language.ts";
import { type Line, notice } from "./line.ts";
import type { TransferWatch } from "./transfer_watch.ts";
import { titleOf } from "./transfer_words.ts";
import { Unacknowledged } from "./unacknowledged.ts";
import { expandPath, type Place, shortPath } from "./user_paths.ts";

const underWay: ReadonlySet<TransferState> = new Set<TransferState>([
  "preparing",
  "offered",
  "waiting",
  "moving",
]);

export interface TransferDeskOptions {
  readonly client: Client;
  readonly language: Language;
  readonly watch: TransferWatch;
  readonly place: Place;
  readonly downloads: string;
  /** A member's name as it is shown. */
  readonly label: (name: string) => string;
  readonly show: (line: Line) => void | Promise<void>;
  readonly complain: (text: string) => void;
}

/** What users ask of transfers. */
export class TransferDesk {
  readonly #options: TransferDeskOptions;
  /** Those asked for here that aren't over. */
  readonly #underWay = new Unacknowledged();
  /** Those whose acceptance is on its way. */
  readonly #accepting = new Set<number>();

  constructor(options: TransferDeskOptions) {
    this.#options = options;
  }

  /** Resolves once all that was asked for here is over, or can't go on without somebody's help. */
  settled(): Promise<void> {
    return this.#underWay.atMost(0);
  }

  /** Offers files and folders, and says so where that can't be. */
  async offer(to: string, paths: readonly string[]): Promise<void> {
    const { client, place, label, watch, language: { transfers: words } } = this.#options;
    try {
      const { number } = await client.offer(to, paths.map((path) => expandPath(path, place)));
      if (!watch.isSettled(number)) void this.#underWay.add(watch.settles(number));
    } catch (error) {
      watch.prune(client.transfers());
      const isCancelled = error instanceof TransferError && error.code === "cancelled";
      if (isCancelled && !watch.isClosed) return; // that is said already
      this.#options.complain(words.notOffered(label(to), this.#describe(error, to)));
    }
  }

  /** @throws {ChatError} */
  async accept(given: number | undefined, directory: string | undefined): Promise<void> {
    const { client, place, downloads, watch, complain } = this.#options;
    const path = directory === undefined ? undefined : expandPath(directory, place);
    const status = this.#theOne(given, isUnanswered, hasFailedHere);
    const { number, peer } = status;
    if (this.#accepting.has(number)) throw new ChatError("noSuchTransfer"); // it was answered just now
    this.#accepting.add(number);
    watch.setDirectory(number, path ?? downloads);
    void this.#underWay.add(watch.settles(number));
    try {
      await client.acceptTransfer(number, path);
    } catch (error) {
      watch.forget(number);
      const { language } = this.#options;
      const reason = this.#describe(error, peer, status);
      complain(`[${number}] ${language.transfers.failed(titleOf(status, language), reason)}`);
    } finally {
      this.#accepting.delete(number);
    }
  }

  /** @throws {ChatError} */
  async decline(given: number | undefined): Promise<void> {
    const { number } = this.#theOne(given, isUnanswered, hasFailedHere);
    this.#options.watch.expectCancelling(number);
    await this.#options.client.cancelTransfer(number);
  }

  /** @throws {ChatError} */
  async cancel(given: number | undefined): Promise<void> {
    const { number } = this.#theOne(given, isUnderWay);
    this.#options.watch.expectCancelling(number);
    await this.#options.client.cancelTransfer(number);
  }

  async showAll(): Promise<void> {
    const { client, language: { transfers: words }, watch, show } = this.#options;
    const all = client.transfers();
    const lines = all.map((status) => watch.describe(status));
    await show(notice([words.list(all.length), ...lines].join("\n")));
  }

  /**
   * The transfer of this number or, where there is none, the only one that is meant first, or else next.
   *
   * @throws {ChatError} `noSuchTransfer`, `whichTransfer`
   */
  #theOne(
    number: number | undefined,
    ...meant: readonly ((status: TransferStatus) => boolean)[]
  ): TransferStatus {
    const all = this.#options.client.transfers()
      .filter((status) => number === undefined || status.number === number);
    for (const suits of meant) {
      const [found, ...others] = all.filter(suits);
      if (others.length > 0) throw new ChatError("whichTransfer");
      if (found) return found;
    }
    throw new ChatError("noSuchTransfer");
  }

  /** Why it can't be, in words. */
  #describe(error: unknown, peer: string, status?: TransferStatus): string {
    const { language, label, place } = this.#options;
    const { transfers: words, tag, placeholders } = language;
    if (error instanceof SourceError) {
      return words.sourceErrors[error.code](shortPath(error.path, place));
    }
    if (error instanceof ChatError) return describeReason(error.code, language);
    if (!(error instanceof TransferError)) throw error;
    const accept = `${nameOf("accept", tag)} ${status?.number ?? ""} ${placeholders.directory}`;
    return words.transferErrors[error.code][status?.direction ?? "out"](label(peer), accept);
  }
}

function isUnanswered({ direction, state }: TransferStatus): boolean {
  return direction === "in" && state === "offered";
}

/** What may be accepted anew once its user has made room, say; the client knows whether it may. */
function hasFailedHere({ direction, state }: TransferStatus): boolean {
  return direction === "in" && state === "failed";
}

function isUnderWay({ state }: TransferStatus): boolean {
  return underWay.has(state);
}
