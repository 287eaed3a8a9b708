import type { DatabaseSync } from "node:sqlite";
import type { MessageId } from "../codec/mod.ts";
import type { Conclusion, Letter, MailStore, Settled, Unkept, Waiting } from "./mail_store.ts";
import { type Row, Statements } from "./sqlite.ts";

const sql = {
  // a foreign key that doesn't hold would undo the whole transaction
  add: `INSERT OR IGNORE INTO letters
    (delivery, author, author_name, addressee, id, envelope, accepted_at)
    SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7 WHERE EXISTS (SELECT 1 FROM owners WHERE key = ?2)
    AND EXISTS (SELECT 1 FROM owners WHERE key = ?4)`,
  remove: "DELETE FROM letters WHERE delivery = ?",
  // an author whose name was set free meanwhile has nothing to hear
  conclude: `INSERT OR REPLACE INTO conclusions (author, id, conclusion, concluded_at)
    SELECT key, ?, ?, ? FROM owners WHERE key = ?`,
  waitingFor: `SELECT * FROM letters WHERE addressee = ? AND delivery > ?
    ORDER BY delivery LIMIT ?`,
  has: "SELECT 1 FROM letters WHERE delivery = ?",
  hasFrom: "SELECT 1 FROM letters WHERE author = ? AND id = ?",
  idsFrom: "SELECT id FROM letters WHERE author = ? ORDER BY delivery",
  conclusionsFor: "SELECT id, conclusion FROM conclusions WHERE author = ? ORDER BY concluded_at",
  takeConclusions: "DELETE FROM conclusions WHERE author = ?",
  acceptedBefore: "SELECT * FROM letters WHERE accepted_at < ? ORDER BY accepted_at LIMIT ?",
  forgetConclusions: `DELETE FROM conclusions WHERE concluded_at < max(?, coalesce(
    (SELECT concluded_at FROM conclusions ORDER BY concluded_at DESC LIMIT 1 OFFSET ?), 0))`,
  waiting: `SELECT author, addressee, count(*) AS messages, sum(length(envelope)) AS bytes
    FROM letters GROUP BY author, addressee`,
  reserve: "UPDATE deliveries SET reserved = reserved + ? RETURNING reserved - ? AS before",
} as const;

/** Letters in the server's database. */
export class SqliteMail implements MailStore {
  readonly #statements: Statements<keyof typeof sql>;

  /** @param path of the database, for errors */
  constructor(database: DatabaseSync, path: string) {
    this.#statements = new Statements(database, path, sql);
  }

  add(letters: readonly Letter[], acceptedAt: number): Unkept[] {
    return this.#statements.transaction(
      () =>
        letters.filter((letter) => !this.#add(letter, acceptedAt)).map((letter) => ({
          letter,
          reason: this.hasFrom(letter.author, letter.id) ? "repeated" : "nobodys",
        })),
      "full",
    );
  }

  #add(letter: Letter, acceptedAt: number): boolean {
    const { delivery, author, from, addressee, id, envelope } = letter;
    const values = [delivery, author, from, addressee, String(id), envelope, acceptedAt];
    return this.#statements.run("add", ...values);
  }

  settle(settled: readonly Settled[]): void {
    this.#statements.transaction(() => {
      for (const { letter: { delivery, author, id }, unheard } of settled) {
        const wasHere = this.#statements.run("remove", delivery);
        if (!unheard || !wasHere) continue;
        this.#statements.run("conclude", String(id), unheard.conclusion, unheard.at, author);
      }
    });
  }

  waitingFor(addressee: string, beyond: number, count: number): Letter[] {
    return this.#statements.askAll("waitingFor", addressee, beyond, count).map(letterOf);
  }

  has(delivery: number): boolean {
    return this.#statements.ask("has", delivery) !== undefined;
  }

  hasFrom(author: string, id: MessageId): boolean {
    return this.#statements.ask("hasFrom", author, String(id)) !== undefined;
  }

  idsFrom(author: string): MessageId[] {
    return this.#statements.askAll("idsFrom", author).map(({ id }) => BigInt(id as string));
  }

  takeConclusions(author: string): { id: MessageId; conclusion: Conclusion }[] {
    const rows = this.#statements.askAll("conclusionsFor", author);
    if (rows.length > 0) this.#statements.run("takeConclusions", author);
    return rows.map(({ id, conclusion }) => ({
      id: BigInt(id as string),
      conclusion: conclusion as Conclusion,
    }));
  }

  acceptedBefore(time: number, count: number): Letter[] {
    return this.#statements.askAll("acceptedBefore", time, count).map(letterOf);
  }

  forgetConclusions(time: number, most: number): void {
    this.#statements.run("forgetConclusions", time, most - 1);
  }

  waiting(): Waiting[] {
    return this.#statements.askAll("waiting").map((row) => ({
      author: row.author as string,
      addressee: row.addressee as string,
      messages: row.messages as number,
      bytes: row.bytes as number,
    }));
  }

  reserve(count: number): number {
    return this.#statements.transaction(
      () => this.#statements.ask("reserve", count, count)!.before as number,
      "full",
    );
  }
}

function letterOf(row: Row): Letter {
  return {
    delivery: row.delivery as number,
    author: row.author as string,
    from: row.author_name as string,
    addressee: row.addressee as string,
    id: BigInt(row.id as string),
    envelope: row.envelope as Uint8Array,
  };
}
