import type { DatabaseSync } from "node:sqlite";
import { maxKeyPackagesPerOwner, maxOwners, touchEveryMs } from "../limits.ts";
import { type IfMissing, openDatabase } from "./database.ts";
import { type Row, Statements } from "./sqlite.ts";
import { SqliteMail } from "./sqlite_mail.ts";
import { SqliteRoom } from "./sqlite_room.ts";
import type {
  Claimant,
  ClaimOutcome,
  IdentityKeys,
  KeyPackages,
  Owner,
  ServerStore,
  TakenKeyPackage,
} from "./store.ts";

const sql = {
  findOwner: "SELECT * FROM owners WHERE key = ?",
  owners: "SELECT * FROM owners ORDER BY number",
  countOwners: "SELECT count(*) AS count FROM owners",
  findBanned: `SELECT 1 FROM owners WHERE is_banned = 1 AND identity_key = ?
    UNION ALL SELECT 1 FROM owners WHERE is_banned = 1 AND signing_key = ?`,
  addOwner: `INSERT INTO owners (key, name, identity_key, signing_key, claimed_at, last_seen_at)
    VALUES (?, ?, ?, ?, ?, ?)`,
  touch: `UPDATE owners SET name = ?1, last_seen_at = ?2
    WHERE key = ?3 AND (name <> ?1 OR last_seen_at <= ?2 - ?4)`,
  release: "DELETE FROM owners WHERE key = ?",
  ban: "UPDATE owners SET is_banned = 1 WHERE key = ?",
  addInvitation: "INSERT OR IGNORE INTO invitations (hash, created_at) VALUES (?, ?)",
  useInvitation:
    "UPDATE invitations SET used_by = ?, used_at = ? WHERE hash = ? AND used_at IS NULL",
  startSupply: "UPDATE owners SET supply = ?, last_resort = x'' WHERE key = ?",
  setLastResort: "UPDATE owners SET last_resort = ? WHERE key = ?",
  countKeyPackages: "SELECT count(*) AS count FROM key_packages WHERE owner = ?",
  addKeyPackage: "INSERT INTO key_packages (owner, key_package) VALUES (?, ?)",
  dropKeyPackages: "DELETE FROM key_packages WHERE owner = ?",
  takeKeyPackage: `DELETE FROM key_packages
    WHERE number = (SELECT min(number) FROM key_packages WHERE owner = ?) RETURNING key_package`,
  dataVersion: "PRAGMA data_version",
} as const;

/** A store in a file, `chat.db`, which several processes may have open. */
export class SqliteStore implements ServerStore {
  readonly mail: SqliteMail;
  readonly room: SqliteRoom;
  readonly #database: DatabaseSync;
  readonly #maxOwners: number;
  readonly #statements: Statements<keyof typeof sql>;
  #dataVersion: number;

  /** @throws {DataDirError} where `dataDir` can't serve, or holds no database and none is to be made */
  constructor(
    dataDir: string,
    options: { readonly ifMissing?: IfMissing; readonly maxOwners?: number } = {},
  ) {
    const { ifMissing = "create" } = options;
    const { database, path } = openDatabase(dataDir, ifMissing);
    this.#database = database;
    this.#statements = new Statements(database, path, sql);
    this.mail = new SqliteMail(database, path);
    this.room = new SqliteRoom(database, path);
    this.#maxOwners = options.maxOwners ?? maxOwners;
    this.#dataVersion = this.#readDataVersion();
  }

  findOwner(key: string): Owner | undefined {
    const row = this.#statements.ask("findOwner", key);
    return row && ownerOf(row);
  }

  owners(): Owner[] {
    return this.#statements.askAll("owners").map(ownerOf);
  }

  isBanned({ identityKey, signingKey }: IdentityKeys): boolean {
    return this.#statements.ask("findBanned", identityKey, signingKey) !== undefined;
  }

  claim(claimant: Claimant, now: number, invitationHash?: Uint8Array): ClaimOutcome {
    const { key, name, identityKey, signingKey } = claimant;
    return this.#statements.transaction(() => {
      if (this.findOwner(key)) return "taken";
      if (Number(this.#statements.ask("countOwners")!.count) >= this.#maxOwners) return "full";
      if (invitationHash && !this.#statements.run("useInvitation", key, now, invitationHash)) {
        return "invitationInvalid";
      }
      this.#statements.run("addOwner", key, name, identityKey, signingKey, now, now);
      return "claimed";
    });
  }

  touch(key: string, name: string, now: number): void {
    this.#statements.run("touch", name, now, key, touchEveryMs);
  }

  release(key: string): boolean {
    return this.#statements.run("release", key);
  }

  ban(key: string): boolean {
    return this.#statements.run("ban", key);
  }

  addInvitation(hash: Uint8Array, now: number): void {
    this.#statements.run("addInvitation", hash, now);
  }

  publish(key: string, { supply, lastResort, keyPackages }: KeyPackages): void {
    this.#statements.transaction(() => {
      const row = this.#statements.ask("findOwner", key);
      if (!row) return;
      if (row.supply !== String(supply)) {
        this.#statements.run("dropKeyPackages", key);
        this.#statements.run("startSupply", String(supply), key);
      }
      if (lastResort.length > 0) this.#statements.run("setLastResort", lastResort, key);
      const room = maxKeyPackagesPerOwner - this.#countKeyPackages(key);
      for (const each of keyPackages.slice(0, room)) {
        this.#statements.run("addKeyPackage", key, each);
      }
    });
  }

  published(key: string): { supply: bigint; left: number } {
    const row = this.#statements.ask("findOwner", key);
    return { supply: BigInt(row?.supply as string ?? 0), left: this.#countKeyPackages(key) };
  }

  takeKeyPackage(key: string, { mayUseUp }: { mayUseUp: boolean }): TakenKeyPackage | undefined {
    const taken = mayUseUp ? this.#statements.ask("takeKeyPackage", key) : undefined;
    if (taken) return { keyPackage: taken.key_package as Uint8Array, isUsedUp: true };
    const lastResort = this.#statements.ask("findOwner", key)?.last_resort as
      | Uint8Array
      | undefined;
    return lastResort?.length ? { keyPackage: lastResort, isUsedUp: false } : undefined;
  }

  changed(): boolean {
    const before = this.#dataVersion;
    this.#dataVersion = this.#readDataVersion();
    return this.#dataVersion !== before;
  }

  close(): void {
    if (this.#database.isOpen) this.#database.close();
  }

  #countKeyPackages(key: string): number {
    return Number(this.#statements.ask("countKeyPackages", key)!.count);
  }

  #readDataVersion(): number {
    return Number(this.#statements.ask("dataVersion")!.data_version);
  }
}

function ownerOf(row: Row): Owner {
  return {
    key: row.key as string,
    name: row.name as string,
    identityKey: row.identity_key as Uint8Array,
    signingKey: row.signing_key as Uint8Array,
    claimedAt: row.claimed_at as number,
    lastSeenAt: row.last_seen_at as number,
    isBanned: row.is_banned === 1,
  };
}
