/**
 * Why the server, or a member, says no. A code's place in its list is its byte: append, never reorder.
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
export type NameError = typeof nameErrors[number];

/** Why a handshake ends in `refused`. */
export const refusedCodes = [
  "versionUnsupported",
  "nameTaken",
  "roomFull",
  ...nameErrors,
] as const;
export type RefusedCode = typeof refusedCodes[number];

/** Why a message is `rejected`. */
export const rejectedCodes = ["unknownMember", "memberLeft", "addresseeBusy", "textEmpty"] as const;
export type RejectedCode = typeof rejectedCodes[number];

/** Why a connection ends in `bye`. */
export const byeCodes = [
  "leaving",
  "serverStopping",
  "replaced",
  "slowReader",
  "silence",
  "protocolViolation",
] as const;
export type ByeCode = typeof byeCodes[number];
