import { timingSafeEqual } from "@std/crypto/timing-safe-equal";
import { maxKeyPackagesPerOwner, maxOwners, touchEveryMs } from "../limits.ts";
import { MemoryMail } from "./memory_mail.ts";
import { MemoryRoom } from "./memory_room.ts";
import type {
  Claimant,
  ClaimOutcome,
  IdentityKeys,
  KeyPackages,
  Owner,
  ServerStore,
  TakenKeyPackage,
} from "./store.ts";

/** One owner, and what is kept for it. */
interface Entry {
  owner: Owner;
  /** Most owners of a server that forgets have published nothing. */
  packages: KeyPackages | undefined;
}

const nothing = new Uint8Array();

/** A store that lasts as long as its process. */
export class MemoryStore implements ServerStore {
  readonly mail = new MemoryMail();
  readonly room = new MemoryRoom();
  readonly #entries = new Map<string, Entry>();
  /** Registry keys: few, and gone through at every entry. */
  readonly #banned = new Set<string>();
  /** By hash, in hexadecimal. */
  readonly #invitations = new Set<string>();
  readonly #maxOwners: number;

  constructor(options: { readonly maxOwners?: number } = {}) {
    this.#maxOwners = options.maxOwners ?? maxOwners;
  }

  findOwner(key: string): Owner | undefined {
    return this.#entries.get(key)?.owner;
  }

  owners(): Owner[] {
    return [...this.#entries.values()].map(({ owner }) => owner);
  }

  isBanned({ identityKey, signingKey }: IdentityKeys): boolean {
    for (const key of this.#banned) {
      const { owner } = this.#entries.get(key)!;
      if (timingSafeEqual(owner.identityKey, identityKey)) return true;
      if (timingSafeEqual(owner.signingKey, signingKey)) return true;
    }
    return false;
  }

  claim(claimant: Claimant, now: number, invitationHash?: Uint8Array): ClaimOutcome {
    if (this.#entries.has(claimant.key)) return "taken";
    if (this.#entries.size >= this.#maxOwners) return "full";
    if (invitationHash && !this.#invitations.delete(invitationHash.toHex())) {
      return "invitationInvalid";
    }
    const { key, name, identityKey, signingKey } = claimant;
    const times = { claimedAt: now, lastSeenAt: now };
    const owner = { key, name, identityKey, signingKey, ...times, isBanned: false };
    this.#entries.set(key, { owner, packages: undefined });
    return "claimed";
  }

  touch(key: string, name: string, now: number): void {
    const before = this.#entries.get(key)?.owner;
    const isRecent = before?.name === name && before.lastSeenAt > now - touchEveryMs;
    if (!isRecent) this.#change(key, { name, lastSeenAt: now });
  }

  release(key: string): boolean {
    this.#banned.delete(key);
    this.mail.forget(key);
    return this.#entries.delete(key);
  }

  ban(key: string): boolean {
    if (!this.#change(key, { isBanned: true })) return false;
    this.#banned.add(key);
    return true;
  }

  addInvitation(hash: Uint8Array): void {
    this.#invitations.add(hash.toHex());
  }

  publish(key: string, { supply, lastResort, keyPackages }: KeyPackages): void {
    const entry = this.#entries.get(key);
    if (!entry) return;
    const before = entry.packages?.supply === supply ? entry.packages : undefined;
    entry.packages = {
      supply,
      lastResort: lastResort.length > 0 ? lastResort : before?.lastResort ?? nothing,
      keyPackages: [...before?.keyPackages ?? [], ...keyPackages].slice(0, maxKeyPackagesPerOwner),
    };
  }

  published(key: string): { supply: bigint; left: number } {
    const packages = this.#entries.get(key)?.packages;
    return { supply: packages?.supply ?? 0n, left: packages?.keyPackages.length ?? 0 };
  }

  takeKeyPackage(key: string, { mayUseUp }: { mayUseUp: boolean }): TakenKeyPackage | undefined {
    const entry = this.#entries.get(key);
    if (!entry?.packages) return undefined;
    const { lastResort, keyPackages: [oldest, ...others] } = entry.packages;
    if (mayUseUp && oldest) {
      entry.packages = { ...entry.packages, keyPackages: others };
      return { keyPackage: oldest, isUsedUp: true };
    }
    return lastResort.length > 0 ? { keyPackage: lastResort, isUsedUp: false } : undefined;
  }

  /** No other process can. */
  changed(): boolean {
    return false;
  }

  close(): void {}

  #change(key: string, fields: Partial<Owner>): boolean {
    const entry = this.#entries.get(key);
    if (!entry) return false;
    entry.owner = { ...entry.owner, ...fields };
    return true;
  }
}
