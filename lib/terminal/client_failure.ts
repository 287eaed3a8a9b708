import { cleanName } from "./clean_text.ts";
import { ChatError, type ChatErrorCode, StoreError } from "../client/mod.ts";
import { type NameError, nameErrors } from "../codec/mod.ts";
import { type Failure, FailureError } from "./failure.ts";
import { describeReason, type Language } from "./language.ts";

/** What to do about a connection that can't be had. */
export type Hint =
  | "startServer"
  | "checkAddress"
  | "chooseName"
  | "useSameVersion"
  | "tryLater"
  | "compareFingerprint"
  | "enterOnce"
  | "enterAgain"
  | "askOperator"
  | "giveInvitation"
  | "checkDisk"
  | "reportBug";

const hints: Readonly<Record<ChatErrorCode, Hint>> = {
  unreachable: "startServer",
  notAServer: "checkAddress",
  versionUnsupported: "useSameVersion",
  serverKeyChanged: "compareFingerprint",
  replaced: "enterOnce",
  nameTaken: "chooseName",
  nameEmpty: "chooseName",
  nameTooLong: "chooseName",
  nameBadCharacter: "chooseName",
  nameBadStart: "chooseName",
  nameMixedScripts: "chooseName",
  roomFull: "tryLater",
  banned: "askOperator",
  released: "enterAgain",
  registrationClosed: "askOperator",
  invitationNeeded: "giveInvitation",
  invitationInvalid: "giveInvitation",
  notInRoom: "tryLater",
  transferBusy: "tryLater",
  transferTaken: "tryLater",
  transferUnmatched: "tryLater",
  unknownMember: "tryLater",
  memberLeft: "tryLater",
  addresseeBusy: "tryLater",
  textEmpty: "tryLater",
  unreadable: "tryLater",
  unknownMessage: "reportBug",
  noSuchTransfer: "tryLater",
  whichTransfer: "tryLater",
  quotaExceeded: "tryLater",
  expired: "tryLater",
  storageFailed: "askOperator",
  memberKeyChanged: "tryLater",
  memberKeyForged: "askOperator",
  noKeyPackage: "useSameVersion",
  notCompared: "tryLater",
  storeUnusable: "checkDisk",
  textTooLong: "tryLater",
  nothingSaid: "tryLater",
  outboxFull: "tryLater",
  closed: "tryLater",
  truncated: "reportBug",
  trailingBytes: "reportBug",
  lengthOverLimit: "reportBug",
  unknownKind: "reportBug",
  badText: "reportBug",
  badValue: "reportBug",
  unexpectedMessage: "reportBug",
  authenticationFailed: "reportBug",
};

/** Whether another name would help. */
export function isNameRefusal(code: ChatErrorCode): code is NameError | "nameTaken" {
  return code === "nameTaken" || (nameErrors as readonly string[]).includes(code);
}

/** Whether an invitation, or another one, would help. */
export function isInvitationRefusal(code: ChatErrorCode): boolean {
  return code === "invitationNeeded" || code === "invitationInvalid";
}

/** Puts into words why the client can't go on; `undefined` for what no user can do anything about. */
export function clientFailure(
  error: unknown,
  entry: { server: string; name: string; language: Language },
): Failure | undefined {
  if (error instanceof ChatError) return entryFailure(error.code, entry);
  if (error instanceof StoreError) return entry.language.storeFailures[error.reason](error.path);
  return error instanceof FailureError ? error.failure : undefined;
}

/** Why the server at `server` couldn't be entered as `name`. */
export function entryFailure(
  code: ChatErrorCode,
  { server, name, language }: { server: string; name: string; language: Language },
): Failure {
  const reason = describeReason(code, language);
  const error = isNameRefusal(code)
    ? language.nameRefused(cleanName(name), reason)
    : language.cannotEnter(server, reason);
  return { error, hint: language.hints[hints[code]] };
}

/** Why a connection that stood is over for good; `undefined` where we closed it, or it isn't. */
export function closingFailure(
  code: ChatErrorCode | undefined,
  language: Language,
): Failure | undefined {
  if (code === undefined || code === "closed") return undefined;
  const error = language.connectionOver(describeReason(code, language));
  return { error, hint: language.hints[hints[code]] };
}
