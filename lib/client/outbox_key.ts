import type { MessageId } from "../codec/mod.ts";

/** What the keys of all letters in the client's store begin with. */
export const outboxPrefix = "outbox/";

/** Hexadecimal digits of the number that keeps letters in order, and of the id. */
const digits = { order: 12, id: 16 } as const;

/** Where the store keeps a letter: keys are in the order of `order`. */
export function outboxKey(order: number, id: MessageId): string {
  const hex = (value: number | bigint, length: number) => value.toString(16).padStart(length, "0");
  return `${outboxPrefix}${hex(order, digits.order)}/${hex(id, digits.id)}`;
}

/** The number that keeps letters in order. */
export function orderIn(key: string): number {
  return parseInt(key.slice(outboxPrefix.length, outboxPrefix.length + digits.order), 16);
}

/** The letter's id. */
export function idIn(key: string): MessageId {
  return BigInt(`0x${key.slice(-digits.id)}`);
}
