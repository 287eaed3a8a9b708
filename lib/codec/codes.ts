/**
 * Why the server, or a member, says no. A code's place in its list is its byte: append, never reorder. To an older peer
 * a new code is nonsense, so it goes only to peers that have shown, by version or capability, to know it.
 *
 * @module
 */

/** Why a name is not one. */
export const nameErrors = [
  "nameEmpty",
  "nameTooLong",
  "nameBadCharacter",
  "nameBadStart",
  "nameMixedScripts",
] as const;
/** One of {@linkcode nameErrors}. */
export type NameError = typeof nameErrors[number];

/** Why a handshake ends in `refused`. */
export const refusedCodes = [
  "versionUnsupported",
  "nameTaken",
  "roomFull",
  ...nameErrors,
  "banned",
  "registrationClosed",
  "invitationNeeded",
  "invitationInvalid",
  "notInRoom",
  "transferBusy",
  "transferTaken",
  "transferUnmatched",
] as const;
/** One of {@linkcode refusedCodes}. */
export type RefusedCode = typeof refusedCodes[number];

/** Why a message is `rejected`. */
export const rejectedCodes = [
  "unknownMember",
  "memberLeft",
  "addresseeBusy",
  "textEmpty",
  "unreadable",
  "unknownMessage",
  "quotaExceeded",
  "expired",
  "storageFailed",
] as const;
/** One of {@linkcode rejectedCodes}. */
export type RejectedCode = typeof rejectedCodes[number];

/** Why a connection ends in `bye`. */
export const byeCodes = [
  "leaving",
  "serverStopping",
  "replaced",
  "protocolViolation",
  "banned",
  "released",
] as const;
/** One of {@linkcode byeCodes}. */
export type ByeCode = typeof byeCodes[number];
