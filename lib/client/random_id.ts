import type { MessageId } from "../codec/mod.ts";

/** An id that no other message of ours has. */
export function randomId(): MessageId {
  return crypto.getRandomValues(new BigUint64Array(1))[0]!;
}
