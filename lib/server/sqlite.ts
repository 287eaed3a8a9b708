import type { DatabaseSync, StatementSync } from "node:sqlite";
import { dataDirErrorOf } from "./database.ts";

/** What SQLite takes and gives. */
export type Value = string | number | Uint8Array;
/** One row of an answer, by column. */
export type Row = Record<string, unknown>;

/** A set of statements over one database, each prepared when it is first needed. */
export class Statements<Name extends string> {
  readonly #database: DatabaseSync;
  readonly #path: string;
  readonly #sql: Readonly<Record<Name, string>>;
  readonly #prepared = new Map<Name, StatementSync>();

  /** @param path of the database, for errors */
  constructor(database: DatabaseSync, path: string, sql: Readonly<Record<Name, string>>) {
    this.#database = database;
    this.#path = path;
    this.#sql = sql;
  }

  /** The first row of an answer. */
  ask(name: Name, ...values: Value[]): Row | undefined {
    return this.attempt(() => this.#statement(name).get(...values));
  }

  /** All rows of an answer. */
  askAll(name: Name, ...values: Value[]): Row[] {
    return this.attempt(() => this.#statement(name).all(...values));
  }

  /** Whether it has changed anything. */
  run(name: Name, ...values: Value[]): boolean {
    return this.attempt(() => Number(this.#statement(name).run(...values).changes) > 0);
  }

  /**
   * All of `work` or, where it throws, nothing.
   *
   * @param durability `full` is on the disk when this returns, whatever happens to the power; `normal` outlives
   * the process, but the last of it perhaps not the power
   */
  transaction<Result>(work: () => Result, durability: "normal" | "full" = "normal"): Result {
    return this.attempt(() => {
      if (durability === "full") this.#database.exec("PRAGMA synchronous = FULL");
      this.#database.exec("BEGIN IMMEDIATE");
      try {
        const result = work();
        this.#database.exec("COMMIT");
        return result;
      } catch (error) {
        if (this.#database.isTransaction) this.#database.exec("ROLLBACK");
        throw error;
      } finally {
        if (durability === "full") this.#database.exec("PRAGMA synchronous = NORMAL");
      }
    });
  }

  /** Does `work`, and says in our words what the disk has against it. */
  attempt<Result>(work: () => Result): Result {
    try {
      return work();
    } catch (error) {
      throw dataDirErrorOf(error, this.#path);
    }
  }

  #statement(name: Name): StatementSync {
    let statement = this.#prepared.get(name);
    if (!statement) {
      statement = this.#database.prepare(this.#sql[name]);
      this.#prepared.set(name, statement);
    }
    return statement;
  }
}
