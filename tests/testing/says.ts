import type { Said, Say } from "../../lib/codec/mod.ts";

const signature = new Uint8Array();

export function say(id: bigint, text = `text ${id}`): Say {
  return { kind: "say", id, sentAt: 1_000, text, signature };
}

export function said(seq: number, from = "ana", text = `text ${seq}`): Said {
  return { kind: "said", seq, from, id: BigInt(seq), sentAt: 1_000, text, signature };
}
