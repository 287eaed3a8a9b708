import type {
  SourceErrorCode,
  TransferErrorCode,
  TransferState,
  TransferStatus,
} from "../client/mod.ts";
import { cleanName } from "./clean_text.ts";
import type { LanguageTag } from "./language.ts";
import { formatCount, formatSize } from "./quantities.ts";

/** From or to this member, as its name is shown. */
type OfPeer = (peer: string) => string;

/** What users read about files. `title` is what is sent, `what` the same with its size. */
export interface TransferWords {
  readonly folder: (name: string) => string;
  readonly withOthers: (first: string, others: string) => string;
  readonly files: (count: number, shown: string) => string;
  /** As in 62% of 2.4 MB. */
  readonly of: string;
  readonly timeLeft: (time: string) => string;

  // what the receiver sees
  readonly offer: (peer: string, what: string, accept: string, decline: string) => string;
  /** Of a member that is accepted without asking. */
  readonly offerOfVerified: (peer: string, what: string) => string;
  readonly receiving: (peer: string, title: string, directory: string) => string;
  readonly received: (peer: string, pace: string, paths: string) => string;
  readonly declinedByUs: (title: string) => string;

  // what the sender sees
  readonly preparing: (peer: string, what: string) => string;
  readonly offered: (peer: string, what: string, isPresent: boolean) => string;
  /** Of what stands within folders. */
  readonly leftOut: (paths: string) => string;
  readonly notOffered: (peer: string, reason: string) => string;
  readonly accepted: (peer: string, title: string) => string;
  readonly declined: (peer: string, title: string) => string;
  readonly sent: (peer: string, pace: string, title: string) => string;

  // what both see
  readonly waiting: (peer: string, title: string) => string;
  readonly paused: (title: string, percent: number) => string;
  readonly resumed: (title: string, percent: number) => string;
  readonly cancelled: (title: string) => string;
  readonly cancelledBy: (peer: string, title: string) => string;
  readonly failed: (title: string, reason: string) => string;
  /** How long it took and, where that can be told, how fast it was. */
  readonly pace: (time: string, speed: string | undefined) => string;
  readonly underOneSecond: string;
  /** So many go on when the program starts again. */
  readonly goOn: (count: number) => string;

  // the list of transfers
  readonly list: (count: number) => string;
  readonly entry: Readonly<
    Record<TransferStatus["direction"], (peer: string, what: string) => string>
  >;
  readonly states: Readonly<
    Record<Exclude<TransferState, "offered" | "moving" | "failed">, OfPeer>
  >;
  readonly unanswered: Readonly<{
    out: string;
    in: (accept: string, decline: string) => string;
  }>;

  // why something can't be, and what to do
  readonly sourceErrors: Readonly<Record<SourceErrorCode, (path: string) => string>>;
  /** `accept` is how to try again, where that may help. */
  readonly transferErrors: Readonly<
    Record<
      TransferErrorCode,
      Readonly<Record<TransferStatus["direction"], (peer: string, accept: string) => string>>
    >
  >;
}

/** In a language. */
interface InLanguage {
  readonly tag: LanguageTag;
  readonly transfers: TransferWords;
}

/** `foto.jpg`, `folder photos`, `foto.jpg and 3 more`. */
export function titleOf(status: TransferStatus, { tag, transfers: words }: InLanguage): string {
  const name = cleanName(status.name);
  const first = status.entryKind === "directory" ? words.folder(name) : name;
  return status.others > 0 ? words.withOthers(first, formatCount(status.others, tag)) : first;
}

/** The title with how much it is: `foto.jpg (2.4 MB)`, `folder photos (1,000 files, 1.2 GB)`. */
export function describeContent(status: TransferStatus, language: InLanguage): string {
  const { tag, transfers: words } = language;
  const size = formatSize(status.size, tag);
  const isOneFile = status.entryKind === "file" && status.others === 0;
  const files = isOneFile ? "" : `${words.files(status.files, formatCount(status.files, tag))}, `;
  return `${titleOf(status, language)} (${files}${size})`;
}
