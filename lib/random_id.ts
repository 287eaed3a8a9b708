/** 64 bits that nobody can guess, and that nothing else has for an id. */
export function randomId(): bigint {
  return crypto.getRandomValues(new BigUint64Array(1))[0]!;
}
