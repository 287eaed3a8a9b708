/** Copies of `original`, each with one other bit inverted, until every bit has had its turn. */
export function* bitFlips(
  original: Uint8Array,
): Generator<{ readonly bit: number; readonly flipped: Uint8Array<ArrayBuffer> }> {
  for (let bit = 0; bit < 8 * original.length; bit++) {
    const flipped = new Uint8Array(original);
    flipped[bit >>> 3]! ^= 1 << (bit & 7);
    yield { bit, flipped };
  }
}
