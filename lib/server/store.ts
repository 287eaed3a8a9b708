import type { MailStore } from "./mail_store.ts";
import type { RoomStore } from "./room_store.ts";

/** Keys that nobody but their holder can use: with both, somebody is the same person as before. */
export interface IdentityKeys {
  /** By which it authenticates to the server: Noise's static key, X25519, 32 bytes. */
  readonly identityKey: Uint8Array;
  /** By which others know its words: Ed25519, 32 bytes. */
  readonly signingKey: Uint8Array;
}

/** A name that somebody wants to own. */
export interface Claimant extends IdentityKeys {
  /** As compared: see `parseName`. */
  readonly key: string;
  /** As its owner writes it. */
  readonly name: string;
}

/** A name and whose it is. */
export interface Owner extends Claimant {
  /** In ms since 1970, as {@linkcode lastSeenAt}. */
  readonly claimedAt: number;
  /** When it last entered. */
  readonly lastSeenAt: number;
  readonly isBanned: boolean;
}

/** What became of a claim; nothing has changed unless it is `claimed`. */
export type ClaimOutcome =
  | "claimed"
  /** The name has an owner. */
  | "taken"
  /** There is no such invitation, or it has been used. */
  | "invitationInvalid"
  /** There are as many names as may be. */
  | "full";

/** Key packages that an owner has sent, as in the codec's `Publish`. */
export interface KeyPackages {
  readonly supply: bigint;
  readonly lastResort: Uint8Array;
  readonly keyPackages: readonly Uint8Array[];
}

/** A key package for whoever writes to its owner. */
export interface TakenKeyPackage {
  readonly keyPackage: Uint8Array;
  /** Whether nobody else will be given it. */
  readonly isUsedUp: boolean;
}

/**
 * What outlasts the server: names and their owners, invitations, key packages, and with {@linkcode mail} and
 * {@linkcode room} what was written.
 *
 * ```
 *             claim                     ban
 * nobody's ───────────▶ owned ──────────────────▶ banned
 *    ▲                    │ release                  │ release
 *    └────────────────────┴──────────────────────────┘
 * ```
 *
 * `key` is a registry key everywhere. Nothing here waits, so that a check and what follows it can't be
 * interleaved with another's. Every method throws `DataDirError` where the disk fails.
 */
export interface ServerStore {
  /** Private messages; a name that is released loses those to it and by it. */
  readonly mail: MailStore;
  /** Global messages. */
  readonly room: RoomStore;
  findOwner(key: string): Owner | undefined;
  /** All of them, in the order in which they came. */
  owners(): Owner[];
  /** Whether one of these keys is a banned owner's, under whatever name. */
  isBanned(keys: IdentityKeys): boolean;
  /** Binds a name to its owner for good; an invitation given, by its hash, is used up with it. */
  claim(claimant: Claimant, now: number, invitationHash?: Uint8Array): ClaimOutcome;
  /** The owner has entered, and writes its name so; when, is kept to the minute. */
  touch(key: string, name: string, now: number): void;
  /** Sets a name free, with all that was kept for its owner; `false` where it is nobody's. */
  release(key: string): boolean;
  /** `false` where the name is nobody's. */
  ban(key: string): boolean;
  /** @param hash see `hashInvitation` */
  addInvitation(hash: Uint8Array, now: number): void;
  /**
   * Keeps key packages for an owner, at most `maxKeyPackagesPerOwner`: in the place of all others where
   * the supply is another than before, otherwise besides.
   */
  publish(key: string, keyPackages: KeyPackages): void;
  /** What is left for this owner, the last resort not counted. */
  published(key: string): { readonly supply: bigint; readonly left: number };
  /**
   * The owner's oldest one-use package where one may be used up, otherwise its last resort; `undefined`
   * where there is none.
   */
  takeKeyPackage(
    key: string,
    options: { readonly mayUseUp: boolean },
  ): TakenKeyPackage | undefined;
  /** Whether another process has written since the last call; cheap. */
  changed(): boolean;
  /** Lets go of the file; nothing may be asked afterwards. */
  close(): void;
}
