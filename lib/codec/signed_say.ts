import { ByteWriter } from "./byte_writer.ts";
import type { Say } from "./message.ts";

/** Ours, so that no signature for another purpose can be passed off as one of these. */
const label = "prosa/1 say";

/** What the author of a global message vouches for with its signature, and where it said it. */
export type SignedSay = Pick<Say, "id" | "sentAt" | "text"> & {
  /** The room's id: said there and nowhere else. */
  readonly room: bigint;
  /** The author's name as the server writes it: two members may hold the same key. */
  readonly author: string;
};

/** The bytes that the signature is made over. */
export function signedSayBytes(say: SignedSay): Uint8Array<ArrayBuffer> {
  const writer = new ByteWriter();
  writer.string8(label);
  writer.u64(say.room);
  writer.string8(say.author);
  writer.u64(say.id);
  writer.u53(say.sentAt);
  writer.string16(say.text);
  return writer.written;
}
