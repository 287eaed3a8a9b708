import { concat } from "@std/bytes/concat";
import type { SeededRandom } from "../testing/seeded_random.ts";

type Mutation = (bytes: Uint8Array, random: SeededRandom) => Uint8Array;

/** Numbers at which lengths and counts turn over. */
const edges = [0, 1, 0x7f, 0x80, 0xfe, 0xff] as const;

const mutations: readonly Mutation[] = [
  function flipBits(bytes, random) {
    const flipped = bytes.slice();
    for (let i = random.below(4); i >= 0 && flipped.length > 0; i--) {
      flipped[random.below(flipped.length)]! ^= 1 << random.below(8);
    }
    return flipped;
  },
  function truncate(bytes, random) {
    return bytes.slice(0, random.below(bytes.length + 1));
  },
  function dropFront(bytes, random) {
    return bytes.slice(random.below(bytes.length + 1));
  },
  function extend(bytes, random) {
    return concat([bytes, random.bytes(1 + random.below(64))]);
  },
  function insert(bytes, random) {
    const at = random.below(bytes.length + 1);
    return concat([bytes.slice(0, at), random.bytes(1 + random.below(8)), bytes.slice(at)]);
  },
  function cutOut(bytes, random) {
    const at = random.below(bytes.length + 1);
    return concat([bytes.slice(0, at), bytes.slice(at + 1 + random.below(8))]);
  },
  function duplicate(bytes, random) {
    const at = random.below(bytes.length + 1);
    return concat([bytes, bytes.slice(at)]);
  },
  /** As it changes lengths, kinds and codes: most fields are one of them. */
  function setEdge(bytes, random) {
    const changed = bytes.slice();
    if (changed.length > 0) changed[random.below(changed.length)] = random.pick(edges);
    return changed;
  },
  function setEdges(bytes, random) {
    const changed = bytes.slice();
    const start = random.below(changed.length + 1);
    return changed.fill(random.pick(edges), start, start + 8);
  },
];

/** The bytes with one to three things changed, at random. */
export function mutated(bytes: Uint8Array, random: SeededRandom): Uint8Array<ArrayBuffer> {
  let result = bytes;
  for (let i = random.below(3); i >= 0; i--) result = random.pick(mutations)(result, random);
  return new Uint8Array(result);
}

/** The beginning of one, and the end of the other. */
export function spliced(
  one: Uint8Array,
  other: Uint8Array,
  random: SeededRandom,
): Uint8Array<ArrayBuffer> {
  const head = one.slice(0, random.below(one.length + 1));
  return concat([head, other.slice(random.below(other.length + 1))]);
}
