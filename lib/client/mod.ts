/**
 * The client: one member's view of the room. Its core takes what the user writes and what the server sends;
 * sockets and timers are at its edge. The terminal is one of its users, bots and tests are others.
 *
 * ```ts
 * import { connect } from "./lib/client/mod.ts";
 *
 * const ana = await connect({ server: "127.0.0.1:7700", name: "ana" });
 * await ana.say("Olá, todos!");
 * for await (const event of ana.events()) console.log(event);
 * ```
 *
 * @module
 */
export type { Clock, Timer } from "../clock.ts";
export * from "../codec/codes.ts";
export type { MessageId, ProtocolErrorCode } from "../codec/mod.ts";
export { generateIdentity, type Identity, type KeyPair } from "../crypto/mod.ts";
export { type Client, connect, type ConnectOptions } from "./client.ts";
export {
  type Authenticity,
  ChatError,
  type ChatErrorCode,
  type ClientEvent,
  type DisconnectedCode,
} from "./event.ts";
export type { Diagnosis, DirectionDiagnosis } from "./diagnosis.ts";
export { defaultDataDir, type Environment } from "./data_dir.ts";
export { IdentityFile, type Secrets } from "./identity_file.ts";
export { nameKey, type Owner, ownerOf } from "./owner.ts";
export { MemoryStore } from "./memory_store.ts";
export {
  newSecrets,
  openProfile,
  type PassphraseSource,
  type Profile,
  type ProfileOptions,
} from "./profile.ts";
export { ProfileFiles, type ProfilePaths } from "./profile_files.ts";
export type { Reach } from "./reach.ts";
export {
  SourceError,
  type SourceErrorCode,
  TransferError,
  type TransferErrorCode,
  transferErrorCodes,
} from "../transfer/mod.ts";
export { ServerPins } from "./server_pins.ts";
export type { TransferState, TransferStatus } from "./transfer_status.ts";
export { type Change, type ClientStore, type Stored, StoreError } from "./store.ts";
export {
  formatServerAddress,
  normalServerAddress,
  parseServerAddress,
  type ServerAddress,
} from "./server_address.ts";
