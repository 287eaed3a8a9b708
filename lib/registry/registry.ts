import { timingSafeEqual } from "@std/crypto/timing-safe-equal";
import { type NotAName, parseName } from "./name.ts";

/** What the registry must know of a member. */
export interface Registered {
  /** As shown, in NFKC. */
  readonly name: string;
  /** As compared: see `parseName`. */
  readonly key: string;
  /** The static key by which the member authenticated. */
  readonly identityKey: Uint8Array;
  /** Names the member's datagrams. */
  readonly sessionId: bigint;
}

/** A name that can be had, and whose it is. */
export type Claim<Member> =
  /** Nobody has it. */
  | { readonly kind: "free"; readonly name: string; readonly key: string }
  /** The same identity has it, by an older connection that has to go. */
  | { readonly kind: "own"; readonly name: string; readonly key: string; readonly previous: Member }
  | { readonly kind: "taken" }
  | NotAName;

/**
 * Who is here: every name belongs to one member, and every session id to the same.
 *
 * ```
 *           add (free)                        release (it has left)
 * absent ───────────────▶ registered ────────────────────────────────────────▶ absent
 *                          │      ▲
 *                          └──────┘ add (own): a new connection takes the name over
 * ```
 *
 * Nothing here waits, so a check and what follows it can't be interleaved with another's.
 */
export class Registry<Member extends Registered> {
  readonly #byKey = new Map<string, Member>();
  readonly #byName = new Map<string, Member>();
  readonly #bySessionId = new Map<bigint, Member>();

  get size(): number {
    return this.#byKey.size;
  }

  /** All members, in the order in which they came. */
  members(): IterableIterator<Member> {
    return this.#byKey.values();
  }

  /** Whether, and how, the holder of `identityKey` can have `text` as its name. */
  claim(text: string, identityKey: Uint8Array): Claim<Member> {
    const parsed = parseName(text);
    if (parsed.kind === "notAName") return parsed;
    const { name, key } = parsed;
    const previous = this.#byKey.get(key);
    if (!previous) return { kind: "free", name, key };
    if (timingSafeEqual(previous.identityKey, identityKey)) {
      return { kind: "own", name, key, previous };
    }
    return { kind: "taken" };
  }

  /** Enters a member whose claim was good, in place of its previous self where there is one. */
  add(member: Member): void {
    const previous = this.#byKey.get(member.key);
    if (previous) this.#remove(previous);
    this.#byKey.set(member.key, member);
    this.#byName.set(member.name, member);
    this.#bySessionId.set(member.sessionId, member);
  }

  /** Frees the member's name; `false` where it was not this member's any more. */
  release(member: Member): boolean {
    if (this.#byKey.get(member.key) !== member) return false;
    this.#remove(member);
    return true;
  }

  /** The member that goes by this name, however it is capitalised. */
  find(text: string): Member | undefined {
    const exact = this.#byName.get(text);
    if (exact) return exact;
    const parsed = parseName(text);
    return parsed.kind === "name" ? this.#byKey.get(parsed.key) : undefined;
  }

  findByKey(key: string): Member | undefined {
    return this.#byKey.get(key);
  }

  findBySessionId(sessionId: bigint): Member | undefined {
    return this.#bySessionId.get(sessionId);
  }

  #remove(member: Member): void {
    this.#byKey.delete(member.key);
    this.#byName.delete(member.name);
    this.#bySessionId.delete(member.sessionId);
  }
}
