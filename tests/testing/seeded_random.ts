/** Where the 32-bit golden ratio steps to: splitmix32's increment. */
const goldenGamma = 0x9e3779b9;

/**
 * Random numbers that a seed brings back: xoshiro128** 1.1 by David Blackman and Sebastiano Vigna
 * (https://prng.di.unimi.it/xoshiro128starstar.c), whose state is filled by splitmix32, with the mixing function of
 * MurmurHash3. Not for keys.
 */
export class SeededRandom {
  #a: number;
  #b: number;
  #c: number;
  #d: number;

  /** @param seed of which the lowest 32 bits count, or all of the state: four such numbers, not all 0 */
  constructor(seed: number | readonly [number, number, number, number]) {
    [this.#a, this.#b, this.#c, this.#d] = typeof seed === "number" ? stateOf(seed) : seed;
  }

  /** A stream of its own for whatever has this label: the same for the same seed, whatever else was drawn. */
  static derived(seed: number, label: string): SeededRandom {
    let hash = seed;
    for (const byte of new TextEncoder().encode(label)) hash = mixed(hash + goldenGamma ^ byte);
    return new SeededRandom(hash);
  }

  /** A whole number below 2^32. */
  uint32(): number {
    const result = Math.imul(rotated(Math.imul(this.#b, 5), 7), 9);
    const shifted = this.#b << 9;
    this.#c ^= this.#a;
    this.#d ^= this.#b;
    this.#b ^= this.#c;
    this.#a ^= this.#d;
    this.#c ^= shifted;
    this.#d = rotated(this.#d, 11);
    return result >>> 0;
  }

  /** From 0 up to, and never, 1; as `Math.random`. */
  fraction(): number {
    return this.uint32() / 2 ** 32;
  }

  /** A whole number from 0 up to, and never, `end`. */
  below(end: number): number {
    return Math.floor(this.fraction() * end);
  }

  /** Whether something that happens once in so many times happens now. */
  oneIn(times: number): boolean {
    return this.below(times) === 0;
  }

  /** One of the choices. */
  pick<Choice>(choices: readonly Choice[]): Choice {
    if (choices.length === 0) throw new RangeError("Cannot pick from nothing");
    return choices[this.below(choices.length)]!;
  }

  bytes(length: number): Uint8Array<ArrayBuffer> {
    return Uint8Array.from({ length }, () => this.below(256));
  }

  /** Another generator, whose choices don't depend on how many this one still makes. */
  fork(): SeededRandom {
    return new SeededRandom(this.uint32());
  }
}

function stateOf(seed: number): [number, number, number, number] {
  const [a, b, c, d] = [1, 2, 3, 4].map((step) => mixed(seed + step * goldenGamma));
  return [a!, b!, c!, d!];
}

/** MurmurHash3's finalizer, which spreads every bit over all. */
function mixed(bits: number): number {
  bits = Math.imul(bits ^ bits >>> 16, 0x85ebca6b);
  bits = Math.imul(bits ^ bits >>> 13, 0xc2b2ae35);
  return bits ^ bits >>> 16;
}

function rotated(bits: number, by: number): number {
  return bits << by | bits >>> (32 - by);
}
