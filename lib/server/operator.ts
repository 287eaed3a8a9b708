import { parseName } from "../registry/mod.ts";
import { hashInvitation, newInvitation } from "./invitation.ts";
import { SqliteStore } from "./sqlite_store.ts";
import type { ServerStore } from "./store.ts";

/** A name and its owner, as far as an operator needs to know. */
export interface OwnedName {
  /** As its owner writes it. */
  readonly name: string;
  /** In ms since 1970, as {@linkcode lastSeenAt}. */
  readonly claimedAt: number;
  /** When its owner last entered. */
  readonly lastSeenAt: number;
  /** Whether its owner is let in no more. */
  readonly isBanned: boolean;
}

/**
 * What whoever runs a server can do to its names, from a process of its own: a server that runs notices
 * by itself.
 */
export class Operator implements Disposable {
  readonly #store: ServerStore;

  /**
   * Opens a server's database.
   *
   * @throws {DataDirError} where there is no database in `dataDir`, or it can't serve
   */
  constructor(dataDir: string) {
    this.#store = new SqliteStore(dataDir, { ifMissing: "fail" });
  }

  /** A new code that lets one new name in. */
  invite(now: number): string {
    const code = newInvitation();
    this.#store.addInvitation(hashInvitation(code), now);
    return code;
  }

  /** All names that have an owner, the oldest first. */
  members(): OwnedName[] {
    return this.#store.owners();
  }

  /** Sets a name free, and with it whatever its owner is banned from; `false` where it is nobody's. */
  release(name: string): boolean {
    const parsed = parseName(name);
    return parsed.kind === "name" && this.#store.release(parsed.key);
  }

  /** Bans a name's owner, under whatever name it comes; `false` where the name is nobody's. */
  ban(name: string): boolean {
    const parsed = parseName(name);
    return parsed.kind === "name" && this.#store.ban(parsed.key);
  }

  /** Lets go of the database. */
  [Symbol.dispose](): void {
    this.#store.close();
  }
}
