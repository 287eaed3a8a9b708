import type { DatabaseSync, StatementSync } from "node:sqlite";
import { maxKeyPackagesPerOwner, maxOwners } from "../limits.ts";
import { dataDirErrorOf, type IfMissing, openDatabase } from "./database.ts";
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
  touch: "UPDATE owners SET name = ?, last_seen_at = ? WHERE key = ?",
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
  readonly #database: DatabaseSync;
  readonly #path: string;
  readonly #maxOwners: number;
  readonly #statements = new Map<keyof typeof sql, StatementSync>();
  #dataVersion: number;

  /** @throws {DataDirError} where `dataDir` can't serve, or holds no database and none is to be made */
  constructor(
    dataDir: string,
    options: { readonly ifMissing?: IfMissing; readonly maxOwners?: number } = {},
  ) {
    const { ifMissing = "create" } = options;
    const { database, path } = openDatabase(dataDir, ifMissing);
    this.#database = database;
    this.#path = path;
    this.#maxOwners = options.maxOwners ?? maxOwners;
    this.#dataVersion = this.#readDataVersion();
  }

  findOwner(key: string): Owner | undefined {
    const row = this.#ask("findOwner", key);
    return row && ownerOf(row);
  }

  owners(): Owner[] {
    return this.#attempt(() => this.#statement("owners").all().map(ownerOf));
  }

  isBanned({ identityKey, signingKey }: IdentityKeys): boolean {
    return this.#ask("findBanned", identityKey, signingKey) !== undefined;
  }

  claim(claimant: Claimant, now: number, invitationHash?: Uint8Array): ClaimOutcome {
    const { key, name, identityKey, signingKey } = claimant;
    return this.#transaction(() => {
      if (this.findOwner(key)) return "taken";
      if (Number(this.#ask("countOwners")!.count) >= this.#maxOwners) return "full";
      if (invitationHash && !this.#run("useInvitation", key, now, invitationHash)) {
        return "invitationInvalid";
      }
      this.#run("addOwner", key, name, identityKey, signingKey, now, now);
      return "claimed";
    });
  }

  touch(key: string, name: string, now: number): void {
    this.#run("touch", name, now, key);
  }

  release(key: string): boolean {
    return this.#run("release", key);
  }

  ban(key: string): boolean {
    return this.#run("ban", key);
  }

  addInvitation(hash: Uint8Array, now: number): void {
    this.#run("addInvitation", hash, now);
  }

  publish(key: string, { supply, lastResort, keyPackages }: KeyPackages): void {
    this.#transaction(() => {
      const row = this.#ask("findOwner", key);
      if (!row) return;
      if (row.supply !== String(supply)) {
        this.#run("dropKeyPackages", key);
        this.#run("startSupply", String(supply), key);
      }
      if (lastResort.length > 0) this.#run("setLastResort", lastResort, key);
      const room = maxKeyPackagesPerOwner - this.#countKeyPackages(key);
      for (const each of keyPackages.slice(0, room)) this.#run("addKeyPackage", key, each);
    });
  }

  published(key: string): { supply: bigint; left: number } {
    const row = this.#ask("findOwner", key);
    return { supply: BigInt(row?.supply as string ?? 0), left: this.#countKeyPackages(key) };
  }

  takeKeyPackage(key: string, { mayUseUp }: { mayUseUp: boolean }): TakenKeyPackage | undefined {
    const taken = mayUseUp ? this.#ask("takeKeyPackage", key) : undefined;
    if (taken) return { keyPackage: taken.key_package as Uint8Array, isUsedUp: true };
    const lastResort = this.#ask("findOwner", key)?.last_resort as Uint8Array | undefined;
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
    return Number(this.#ask("countKeyPackages", key)!.count);
  }

  #readDataVersion(): number {
    return Number(this.#ask("dataVersion")!.data_version);
  }

  /** All of `work` or, where it throws, nothing. */
  #transaction<Result>(work: () => Result): Result {
    return this.#attempt(() => {
      this.#database.exec("BEGIN IMMEDIATE");
      try {
        const result = work();
        this.#database.exec("COMMIT");
        return result;
      } catch (error) {
        if (this.#database.isTransaction) this.#database.exec("ROLLBACK");
        throw error;
      }
    });
  }

  /** The first row of an answer. */
  #ask(name: keyof typeof sql, ...values: Value[]): Row | undefined {
    return this.#attempt(() => this.#statement(name).get(...values));
  }

  /** Whether it has changed anything. */
  #run(name: keyof typeof sql, ...values: Value[]): boolean {
    return this.#attempt(() => Number(this.#statement(name).run(...values).changes) > 0);
  }

  #statement(name: keyof typeof sql): StatementSync {
    let statement = this.#statements.get(name);
    if (!statement) {
      statement = this.#database.prepare(sql[name]);
      this.#statements.set(name, statement);
    }
    return statement;
  }

  #attempt<Result>(work: () => Result): Result {
    try {
      return work();
    } catch (error) {
      throw dataDirErrorOf(error, this.#path);
    }
  }
}

type Value = string | number | Uint8Array;
type Row = Record<string, unknown>;

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
