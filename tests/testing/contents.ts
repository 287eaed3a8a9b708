import type { Body, Content, MessageId } from "../../lib/codec/mod.ts";

/** A private message that says something. */
export function textContent(id: MessageId, sentAt: number, text: string): Content {
  return { id, sentAt, body: { kind: "text", text } };
}

/** What a private message says, where it is words. */
export function textOf({ body }: Content): string {
  if (body.kind !== "text") throw new Error(`a text was expected, not ${body.kind}`);
  return body.text;
}

const [transferId, fileKey, digest] = [[16, 1], [32, 2], [32, 3]].map(([length, byte]) =>
  new Uint8Array(length!).fill(byte!)
) as [Uint8Array, Uint8Array, Uint8Array];

/** One of each kind. */
export const bodies: readonly Body[] = [
  { kind: "text", text: "Olá" },
  {
    kind: "offer",
    transferId,
    fileKey,
    digest,
    name: "foto.jpg",
    entryKind: "directory",
    others: 2,
    files: 5,
    size: 258,
  },
  { kind: "accept", transferId, addresses: [{ hostname: "192.0.2.1", port: 40_000 }] },
  { kind: "decline", transferId, reason: "tooLarge" },
  { kind: "cancel", transferId },
  { kind: "arrived", transferId },
];
