import { encodedMessage } from "../codec/mod.ts";
import { maxNamesPerMessage, presencePauseMsPerMember } from "../limits.ts";
import type { Member } from "./member.ts";

/**
 * Tells members who came and who went, and newcomers who is there.
 *
 * In a quiet room at once; in a crowd in batches, further apart the more there are to be told: otherwise
 * n arrivals would cost n² messages.
 */
export class Presence {
  readonly #joined = new Set<Member>();
  readonly #left = new Set<string>();
  #toldAt = -Infinity;

  join(member: Member): void {
    this.#joined.add(member);
  }

  leave(member: Member): void {
    const wasAnnounced = !this.#joined.delete(member);
    if (wasAnnounced) this.#left.add(member.name);
  }

  /** Spreads the news if there are any and the last ones are long enough ago. */
  tell(members: Iterable<Member>, count: number, now: number): void {
    if (this.#joined.size + this.#left.size === 0) return;
    if (now - this.#toldAt < count * presencePauseMsPerMember) return;
    this.#toldAt = now;
    const everybody = [...members];
    const names = everybody.map((member) => member.name);
    const list = this.#joined.size > 0 ? encodeList(names) : [];
    const news = this.#encodeNews();
    for (const member of everybody) {
      const messages = this.#joined.has(member) ? list : news;
      for (const message of messages) member.connection.sendEncoded(message);
    }
    this.#joined.clear();
    this.#left.clear();
  }

  #encodeNews(): Uint8Array[] {
    const joined = [...this.#joined].map((member) => member.name).filter((name) =>
      !this.#left.delete(name) // gone and back: no news
    );
    return [
      ...chunksOf(joined).map((names) =>
        encodedMessage({ kind: "presence", joined: names, left: [] })
      ),
      ...chunksOf([...this.#left]).map((names) =>
        encodedMessage({ kind: "presence", joined: [], left: names })
      ),
    ];
  }
}

function encodeList(names: readonly string[]): Uint8Array[] {
  const chunks = chunksOf(names);
  return chunks.map((names, i) =>
    encodedMessage({ kind: "members", names, complete: i === chunks.length - 1 })
  );
}

function chunksOf(names: readonly string[]): string[][] {
  const chunks: string[][] = [];
  for (let i = 0; i < names.length; i += maxNamesPerMessage) {
    chunks.push(names.slice(i, i + maxNamesPerMessage));
  }
  return chunks;
}
