import { concat } from "@std/bytes/concat";
import { encodedMessage, type Message } from "../../lib/codec/mod.ts";
import { messageVectors } from "../codec/message_vectors.ts";
import type { SeededRandom } from "../testing/seeded_random.ts";
import { mutated, spliced } from "./mutations.ts";

/** Every kind that the codec knows, those of later versions too: their vectors must be written down. */
const messagesByKind = Map.groupBy(messageVectors.map(({ message }) => message), (m) => m.kind);
const kinds = [...messagesByKind.keys()];

const numbers = [0, 1, 2, 0xff, 0xffff, 2 ** 31, 2 ** 32 - 1, 2 ** 53 - 2, 2 ** 53 - 1] as const;
const ids = [0n, 1n, 2n ** 64n - 1n] as const;
const names = ["ana", "bia", "ANA", "ev00", "", "x".repeat(32), "😀".repeat(32), "ﷺ", "-a", "a b"];
const texts = ["", "\u0000", "\u001b[2J\u202e", "\ufeffa", "e\u0301", "😀", "x".repeat(1_000)];

/** Messages in bytes: valid ones of every kind, ones at the edge of what is valid, and nonsense. */
export class HostileMessages {
  readonly #random: SeededRandom;

  constructor(random: SeededRandom) {
    this.#random = random;
  }

  /** A valid message of any kind, or of one of these; some of its fields at their extremes. */
  message(among: readonly Message["kind"][] = kinds): Message {
    const random = this.#random;
    const message = random.pick(messagesByKind.get(random.pick(among))!);
    return random.oneIn(2) ? message : this.#extreme(message);
  }

  /** The bytes of a valid message, as {@linkcode message}. */
  valid(among?: readonly Message["kind"][]): Uint8Array<ArrayBuffer> {
    return encodedMessage(this.message(among));
  }

  /** What may be the bytes of one or several messages, and mostly isn't. */
  plaintext(): Uint8Array<ArrayBuffer> {
    const random = this.#random;
    switch (random.below(8)) {
      case 0:
        return random.bytes(random.below(300));
      case 1:
        return this.valid();
      case 2:
        return concat(Array.from({ length: 1 + random.below(5) }, () => this.valid()));
      case 3:
        return spliced(this.valid(), this.valid(), random);
      default:
        return mutated(this.valid(), random);
    }
  }

  /** The message with some fields replaced by others of their type; as it is where they don't fit. */
  #extreme(message: Message): Message {
    const fields = Object.entries(message).map(([name, value]) => {
      const isKept = name === "kind" || name === "code" || this.#random.oneIn(2);
      return [name, isKept ? value : this.#extremeValue(name, value)];
    });
    const extreme = Object.fromEntries(fields) as Message;
    try {
      encodedMessage(extreme);
      return extreme;
    } catch (error) {
      if (error instanceof RangeError) return message;
      throw error;
    }
  }

  #extremeValue(field: string, value: unknown): unknown {
    const random = this.#random;
    if (typeof value === "number") return random.pick(numbers);
    if (typeof value === "bigint") return random.oneIn(4) ? random.pick(ids) : randomId(random);
    if (typeof value === "boolean") return !value;
    if (typeof value === "string") return random.pick(field === "text" ? texts : names);
    if (value instanceof Uint8Array) return random.bytes(random.pick([0, 32, 64, 500, 5_000]));
    if (Array.isArray(value)) {
      const item = value[0] ?? random.pick(names);
      return Array.from({ length: random.pick([0, 1, 10, 400]) }, () => item);
    }
    throw new Error(`there are no extremes of ${field}`);
  }
}

/** Mostly one that was never used before: what is repeated is dropped before much is done with it. */
function randomId(random: SeededRandom): bigint {
  return BigInt(random.below(2 ** 32)) << 32n | BigInt(random.below(2 ** 32));
}
