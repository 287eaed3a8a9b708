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
  #joined = new Set<Member>();
  readonly #left = new Set<string>();
  #takenAt = -Infinity;

  join(member: Member): void {
    this.#joined.add(member);
  }

  leave(member: Member): void {
    const wasAnnounced = !this.#joined.delete(member);
    if (wasAnnounced) this.#left.add(member.name);
  }

  /**
   * The news to be told now, a member at each step; `undefined` where there are none, or the last ones are
   * too recent. Go through all of them before taking the next.
   */
  take(members: Iterable<Member>, count: number, now: number): Iterator<void> | undefined {
    if (this.#joined.size + this.#left.size === 0) return undefined;
    if (now - this.#takenAt < count * presencePauseMsPerMember) return undefined;
    this.#takenAt = now;
    const everybody = [...members];
    const list = this.#joined.size > 0 ? encodeList(everybody.map(({ name }) => name)) : [];
    const news = this.#encodeNews();
    const newcomers = this.#joined;
    this.#joined = new Set();
    this.#left.clear();
    return tell(everybody, (member) => newcomers.has(member) ? list : news);
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

function* tell(
  members: readonly Member[],
  messagesFor: (member: Member) => readonly Uint8Array[],
): Iterator<void> {
  for (const member of members) {
    for (const message of messagesFor(member)) member.connection.sendEncoded(message);
    yield;
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
