import type { DatabaseSync } from "node:sqlite";
import { randomId } from "../random_id.ts";
import type { RoomStore, StoredRoom } from "./room_store.ts";
import { Statements } from "./sqlite.ts";

const sql = {
  id: "SELECT id FROM room",
  setId: "INSERT INTO room (id) VALUES (?)",
  messages: "SELECT seq, said FROM history ORDER BY seq",
  append: "INSERT OR REPLACE INTO history (seq, said) VALUES (?, ?)",
  forget: "DELETE FROM history WHERE seq < ?",
} as const;

/** The room in the server's database. */
export class SqliteRoom implements RoomStore {
  readonly #statements: Statements<keyof typeof sql>;

  /** @param path of the database, for errors */
  constructor(database: DatabaseSync, path: string) {
    this.#statements = new Statements(database, path, sql);
  }

  load(): StoredRoom {
    return this.#statements.transaction(() => {
      let id = this.#statements.ask("id")?.id as string | undefined;
      if (id === undefined) this.#statements.run("setId", id = String(randomId()));
      const rows = this.#statements.askAll("messages") as { seq: number; said: Uint8Array }[];
      const newestSeq = rows.at(-1)?.seq ?? 0;
      // where the disk failed for a while, some are missing: what is before them is of no use
      const isLinked = (seq: number, i: number) => newestSeq - seq === rows.length - 1 - i;
      const first = rows.findIndex(({ seq }, i) => isLinked(seq, i));
      return {
        id: BigInt(id),
        newestSeq,
        messages: rows.slice(Math.max(0, first)).map(({ said }) => said),
      };
    });
  }

  append(firstSeq: number, messages: readonly Uint8Array[], oldestSeq: number): void {
    this.#statements.transaction(() => {
      messages.forEach((said, i) => this.#statements.run("append", firstSeq + i, said));
      this.#statements.run("forget", oldestSeq);
    });
  }
}
