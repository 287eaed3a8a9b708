import type { MessageId } from "../codec/mod.ts";

/** A private message that the server answers for, until its addressee has it. */
export interface Letter {
  /** The server's number for it: higher ones came later, and none is ever given twice. */
  readonly delivery: number;
  /** Registry key of its author. */
  readonly author: string;
  /** The author's name, as it wrote it then. */
  readonly from: string;
  /** Registry key of its addressee. */
  readonly addressee: string;
  /** Unique among the author's. */
  readonly id: MessageId;
  readonly envelope: Uint8Array;
}

/** How a letter has ended. */
export type Conclusion = "delivered" | "unreadable" | "expired";

/** A letter that can't be kept. */
export interface Unkept {
  readonly letter: Letter;
  /** There is one with its author and id; or its author's name, or its addressee's, has been set free. */
  readonly reason: "repeated" | "nobodys";
}

/** A letter that has ended; where its author has yet to hear how, that is kept. */
export interface Settled {
  readonly letter: Pick<Letter, "delivery" | "author" | "id">;
  readonly unheard: { readonly conclusion: Conclusion; readonly at: number } | undefined;
}

/** What one author has waiting for one addressee. */
export interface Waiting {
  readonly author: string;
  readonly addressee: string;
  readonly messages: number;
  /** Of their envelopes. */
  readonly bytes: number;
}

/**
 * Letters of those who are away, and what their authors have yet to hear.
 *
 * Nothing here waits. Every method throws `DataDirError` where the disk fails, and has then changed nothing.
 */
export interface MailStore {
  /**
   * Keeps letters: they are on the disk when it returns.
   *
   * @param acceptedAt in ms since 1970
   * @returns those that aren't kept, and why
   */
  add(letters: readonly Letter[], acceptedAt: number): Unkept[];
  /** Takes letters out. */
  settle(settled: readonly Settled[]): void;
  /** Letters for an addressee with higher numbers than `beyond`, the lowest first. */
  waitingFor(addressee: string, beyond: number, count: number): Letter[];
  /** Whether this letter is here. */
  has(delivery: number): boolean;
  /** Whether an author's letter is here. */
  hasFrom(author: string, id: MessageId): boolean;
  /** Ids of an author's letters. */
  idsFrom(author: string): MessageId[];
  /** What an author has yet to hear; it is then taken to have heard it. */
  takeConclusions(author: string): { readonly id: MessageId; readonly conclusion: Conclusion }[];
  /** Letters accepted before `time`, in ms since 1970, as many as `count`. */
  acceptedBefore(time: number, count: number): Letter[];
  /** Forgets what authors haven't come to hear since `time`, and of the rest all but the newest so many. */
  forgetConclusions(time: number, most: number): void;
  /** What waits, by author and addressee. */
  waiting(): Waiting[];
  /** Sets so many delivery numbers aside, for good; answers the number before the first of them. */
  reserve(count: number): number;
}
