import type { Authenticity, DisconnectedCode, StoreError } from "../client/mod.ts";
import type { ProtocolErrorCode, RefusedCode } from "../codec/mod.ts";
import type { LeftReason } from "../server/mod.ts";
import type { Hint } from "./client_failure.ts";
import type { ClientFlagName } from "./client_flags.ts";
import type { CommandName, Parameter } from "./command.ts";
import type { DiagnosisWords } from "./diagnosis_words.ts";
import type { Failure } from "./failure.ts";
import type { ValueKind } from "./flag.ts";
import type { IdentityCommandName } from "./identity_words.ts";
import type { ServerCommandName } from "./server_commands.ts";
import type { ServerFailureKind } from "./server_failure.ts";
import type { ServerFlagName } from "./server_flags.ts";
import type { TransferWords } from "./transfer_words.ts";

export const languageTags = ["pt", "en"] as const;
export type LanguageTag = typeof languageTags[number];

/** Codes for which the client has words of its own; the other ones are the server's violations. */
type OwnReason =
  | Exclude<DisconnectedCode, ProtocolErrorCode>
  | "versionUnsupported";

/** Every text that either program shows: the type checker sees to it that no language lacks one. */
export interface Language {
  readonly tag: LanguageTag;

  // what happens in the room
  readonly privateFrom: (name: string) => string;
  readonly privateTo: (name: string) => string;
  readonly joined: (name: string) => string;
  readonly left: (name: string) => string;
  /** What stands between what was said before we came and what is new. */
  readonly caughtUp: string;
  readonly missing: (count: number) => string;
  readonly overrun: (count: number) => string;
  readonly unreadable: (from: string) => string;
  /** So many of our private messages have arrived; `time` is when the only one was written, where known. */
  readonly delivered: (to: string, count: number, time: string | undefined) => string;
  readonly undelivered: (to: string, reason: string, time: string | undefined) => string;
  /** Why a message may not be its author's: stands before the name. */
  readonly doubts: Readonly<Record<Exclude<Authenticity, "signed">, string>>;
  readonly keyChanged: (name: string, verify: string, trust: string) => string;
  readonly path: Readonly<Record<"udp" | "tcp", string>>;
  readonly disconnected: (reason: string) => string;
  readonly reconnected: string;

  // what one's own doing comes to
  readonly entered: (server: string, name: string, fingerprint: string) => string;
  readonly members: (names: readonly string[]) => string;
  /** Who has a message of ours, and who doesn't; `unnamed` are those that nobody names. */
  readonly reach: (reach: {
    readonly count: number;
    readonly present: number;
    readonly lacking: readonly string[];
    readonly unnamed: number;
  }) => string;
  readonly diagnosis: DiagnosisWords;
  readonly transfers: TransferWords;
  readonly verificationCode: (name: string, code: string, confirm: string) => string;
  /** How users say that two codes are the same, the usual way first. */
  readonly sameCode: readonly string[];
  readonly verified: (name: string) => string;
  readonly trusted: (name: string) => string;
  readonly nothingToTrust: (name: string) => string;
  readonly helpPointer: (command: string) => string;
  readonly kept: string;
  readonly notSent: (reason: string) => string;
  readonly notSentTo: (name: string, reason: string) => string;
  readonly unsent: (count: number) => string;
  /** Private ones, which are kept. */
  readonly unsentPrivate: (count: number) => string;
  readonly unknownCommand: (command: string, suggestion: string | undefined) => string;
  readonly misused: (usage: string) => string;
  readonly inputNotUtf8: string;
  readonly inputTooLong: string;

  // commands
  readonly commandHelp: Readonly<Record<CommandName, string>>;
  readonly parameters: Readonly<Record<Parameter, string>>;
  readonly alsoNamed: (names: readonly string[]) => string;
  readonly otherInput: Readonly<Record<"bare" | "slash", { example: string; help: string }>>;

  // entering, and why that fails
  readonly askName: string;
  readonly noName: Failure;
  readonly cannotEnter: (server: string, reason: string) => string;
  readonly nameRefused: (name: string, reason: string) => string;
  readonly connectionOver: (reason: string) => string;
  readonly reasons: Readonly<Record<OwnReason, string>>;
  readonly hints: Readonly<Record<Hint, string>>;
  /** Why the connection is given up where the server commits one of {@linkcode violations}. */
  readonly serverSent: (violation: string) => string;
  /** What a peer sent that it may not. */
  readonly violations: Readonly<Record<ProtocolErrorCode, string>>;

  // identities, and what keeps them
  readonly askInvitation: string;
  readonly askPassphrase: string;
  readonly askNewPassphrase: string;
  readonly askPassphraseAgain: string;
  readonly noIdentities: string;
  readonly isSealed: string;
  readonly isNotSealed: string;
  readonly identityMade: (name: string, server: string, fingerprint: string) => string;
  readonly identityExported: (path: string) => string;
  readonly identityImported: (name: string, server: string, fingerprint: string) => string;
  readonly noDataDir: Failure;
  readonly outputFailed: Failure;
  readonly noPassphrase: Failure;
  readonly passphraseGarbled: Failure;
  readonly passphrasesDiffer: Failure;
  readonly passphraseNeedsTerminal: Failure;
  readonly wrongFingerprint: (actual: string) => Failure;
  readonly noIdentity: (name: string, server: string) => Failure;
  readonly identityExists: (path: string) => Failure;
  readonly otherOwner: (name: string, server: string) => Failure;
  readonly noFile: (path: string) => Failure;
  readonly fileExists: (path: string) => Failure;
  readonly storeFailures: Readonly<Record<StoreError["reason"], (path: string) => Failure>>;
  readonly identityHelp: Readonly<Record<IdentityCommandName, string>>;
  readonly filePlaceholder: string;

  // flags
  readonly usage: (program: string) => string;
  readonly clientFlagHelp: Readonly<Record<ClientFlagName, string>>;
  readonly serverFlagHelp: Readonly<Record<ServerFlagName, string>>;
  readonly serverCommandHelp: Readonly<Record<ServerCommandName, string>>;
  readonly placeholders: Readonly<Record<ValueKind, string>>;
  readonly expected: Readonly<Record<ValueKind, string>>;
  readonly unknownFlag: (flag: string, suggestion: string | undefined) => string;
  readonly missingValue: (flag: string) => string;
  readonly badValue: (flag: string, value: string) => string;
  readonly strayArgument: (argument: string) => string;
  readonly noSuchCommand: (command: string, suggestion: string | undefined) => string;
  readonly seeHelp: (program: string) => string;

  // the server
  readonly listening: (port: number) => string;
  readonly fingerprint: (fingerprint: string) => string;
  readonly connectFromHere: string;
  readonly connectFromElsewhere: string;
  readonly stopping: string;
  readonly memberJoined: (name: string, address: string, members: number) => string;
  readonly memberDetached: (name: string, reason: string, members: number) => string;
  readonly memberResumed: (name: string, address: string, members: number) => string;
  readonly memberLeft: (name: string, reason: string, members: number) => string;
  readonly refused: (address: string, reason: string) => string;
  readonly violated: (who: string, violation: string) => string;
  readonly exhausted: string;
  readonly storageFailed: (path: string) => string;
  readonly fault: (error: string) => string;
  readonly suppressed: (count: number) => string;
  readonly ownedName: (claimed: string, lastSeen: string, isBanned: boolean) => string;
  readonly nameReleased: (name: string) => string;
  readonly memberBanned: (name: string) => string;
  readonly noOwner: (name: string) => Failure;
  readonly refusals: Readonly<Record<RefusedCode, string>>;
  readonly leftReasons: Readonly<Record<LeftReason, string>>;
  readonly serverFailures: Readonly<Record<ServerFailureKind, (subject: string) => Failure>>;
}

/** Why a connection ended or a message was not sent, in words. */
export function describeReason(code: DisconnectedCode, language: Language): string {
  const reasons: Partial<Record<DisconnectedCode, string>> = language.reasons;
  return reasons[code] ?? language.serverSent(language.violations[code as ProtocolErrorCode]);
}
