import type { Message } from "../../lib/codec/mod.ts";
import { bytes } from "../testing/hex.ts";

interface MessageVector<Kind extends Message["kind"] = Message["kind"]> {
  readonly name: string;
  readonly message: Extract<Message, { kind: Kind }>;
  /** In hexadecimal, field by field. */
  readonly encoded: string;
}

const none = new Uint8Array();
const signature = bytes("5a".repeat(64));
const id = 0x0102030405060708n;
const sentAt = 1_700_000_000_000;

/** Bytes of every kind, written down by hand from the layout. */
const vectorsOf = {
  say: [
    {
      name: "unsigned",
      message: { kind: "say", id, sentAt, text: "hé", signature: none },
      encoded: "01 0102030405060708 0000018bcfe56800 0003 68c3a9 00",
    },
    {
      name: "signed and empty",
      message: { kind: "say", id: 2n ** 64n - 1n, sentAt: 0, text: "", signature },
      encoded: `01 ffffffffffffffff 0000000000000000 0000 40 ${"5a".repeat(64)}`,
    },
    {
      name: "with a byte order mark",
      message: { kind: "say", id, sentAt, text: "\ufeffa", signature: none },
      encoded: "01 0102030405060708 0000018bcfe56800 0004 efbbbf61 00",
    },
  ],
  send: [{
    name: "with an envelope",
    message: { kind: "send", id, to: "bob", envelope: bytes("deadbeef") },
    encoded: "02 0102030405060708 03 626f62 0004 deadbeef",
  }],
  received: [{
    name: "of the largest delivery number",
    message: { kind: "received", delivery: Number.MAX_SAFE_INTEGER },
    encoded: "03 001fffffffffffff",
  }],
  unreadable: [{
    name: "of a delivery number",
    message: { kind: "unreadable", delivery: 258 },
    encoded: "05 0000000000000102",
  }],
  inquire: [{
    name: "about an id",
    message: { kind: "inquire", id },
    encoded: "08 0102030405060708",
  }],
  have: [{
    name: "of a seq",
    message: { kind: "have", seq: 258 },
    encoded: "09 0000000000000102",
  }],
  reach: [{
    name: "of a seq",
    message: { kind: "reach", seq: 258 },
    encoded: "0a 0000000000000102",
  }],
  diagnose: [{ name: "alone", message: { kind: "diagnose" }, encoded: "0b" }],
  identify: [
    {
      name: "for a key package",
      message: { kind: "identify", id, name: "bob", wantsKeyPackage: true },
      encoded: "06 0102030405060708 03 626f62 01",
    },
    {
      name: "for a key alone",
      message: { kind: "identify", id, name: "Zoë", wantsKeyPackage: false },
      encoded: "06 0102030405060708 04 5a6fc3ab 00",
    },
  ],
  publish: [
    {
      name: "of two packages",
      message: {
        kind: "publish",
        supply: id,
        lastResort: bytes("aabb"),
        keyPackages: [bytes("01"), none],
      },
      encoded: "07 0102030405060708 0002 aabb 02 0001 01 0000",
    },
    {
      name: "of nothing",
      message: { kind: "publish", supply: 0n, lastResort: none, keyPackages: [] },
      encoded: "07 0000000000000000 0000 00",
    },
  ],
  identified: [
    {
      name: "with a key package",
      message: {
        kind: "identified",
        id,
        name: "bob",
        signingKey: bytes("a5".repeat(32)),
        keyPackage: bytes("deadbeef"),
      },
      encoded: `1c 0102030405060708 03 626f62 ${"a5".repeat(32)} 0004 deadbeef`,
    },
    {
      name: "without one",
      message: {
        kind: "identified",
        id,
        name: "bob",
        signingKey: bytes("00".repeat(32)),
        keyPackage: none,
      },
      encoded: `1c 0102030405060708 03 626f62 ${"00".repeat(32)} 0000`,
    },
  ],
  published: [{
    name: "of a supply",
    message: { kind: "published", supply: id, left: 5 },
    encoded: "1d 0102030405060708 0005",
  }],
  repair: [
    {
      name: "of a range",
      message: { kind: "repair", firstSeq: 5, lastSeq: 0x1_0000_0000 },
      encoded: "04 0000000000000005 0000000100000000",
    },
    {
      name: "of one number",
      message: { kind: "repair", firstSeq: 9, lastSeq: 9 },
      encoded: "04 0000000000000009 0000000000000009",
    },
  ],
  welcome: [{
    name: "of a member",
    message: {
      kind: "welcome",
      sessionId: 0xa1n,
      room: id,
      run: 0xb2n,
      baseSeq: 257,
      name: "Zoë",
      newestSeq: 258,
    },
    encoded: `10 00000000000000a1 0102030405060708 00000000000000b2 0000000000000101
      04 5a6fc3ab 0000000000000102`,
  }],
  refused: [{
    name: "for a taken name",
    message: { kind: "refused", code: "nameTaken" },
    encoded: "11 01",
  }],
  members: [
    {
      name: "of two, complete",
      message: { kind: "members", names: ["ann", "bob"], complete: true },
      encoded: "12 0002 03 616e6e 03 626f62 01",
    },
    {
      name: "of nobody, to be continued",
      message: { kind: "members", names: [], complete: false },
      encoded: "12 0000 00",
    },
  ],
  presence: [
    {
      name: "of a coming and a going",
      message: { kind: "presence", joined: ["ann"], left: ["bob", "eve"] },
      encoded: "13 0001 03 616e6e 0002 03 626f62 03 657665",
    },
    {
      name: "of nothing",
      message: { kind: "presence", joined: [], left: [] },
      encoded: "13 0000 0000",
    },
  ],
  said: [
    {
      name: "unsigned",
      message: { kind: "said", seq: 7, from: "ann", id, sentAt, text: "ok", signature: none },
      encoded: "14 0000000000000007 03 616e6e 0102030405060708 0000018bcfe56800 0002 6f6b 00",
    },
    {
      name: "signed",
      message: { kind: "said", seq: 1, from: "", id: 0n, sentAt: 1, text: "", signature },
      encoded: `14 0000000000000001 00 0000000000000000 0000000000000001 0000
        40 ${"5a".repeat(64)}`,
    },
  ],
  missing: [{
    name: "of a range",
    message: { kind: "missing", firstSeq: 1, lastSeq: 4_096 },
    encoded: "15 0000000000000001 0000000000001000",
  }],
  accepted: [{
    name: "of an id",
    message: { kind: "accepted", id },
    encoded: "16 0102030405060708",
  }],
  rejected: [{
    name: "for a busy addressee",
    message: { kind: "rejected", id, code: "addresseeBusy" },
    encoded: "17 0102030405060708 02",
  }],
  told: [{
    name: "with an empty envelope",
    message: { kind: "told", delivery: 3, from: "ann", id, envelope: none },
    encoded: "18 0000000000000003 03 616e6e 0102030405060708 0000",
  }, {
    name: "with an envelope",
    message: { kind: "told", delivery: 3, from: "ann", id, envelope: bytes("00ff") },
    encoded: "18 0000000000000003 03 616e6e 0102030405060708 0002 00ff",
  }],
  delivered: [{
    name: "of an id",
    message: { kind: "delivered", id },
    encoded: "19 0102030405060708",
  }],
  reached: [
    {
      name: "with one who lacks it",
      message: { kind: "reached", seq: 258, count: 11, present: 12, lacking: ["bob"] },
      encoded: "1e 0000000000000102 0000000b 0000000c 0001 03 626f62",
    },
    {
      name: "of everybody",
      message: { kind: "reached", seq: 1, count: 2, present: 2, lacking: [] },
      encoded: "1e 0000000000000001 00000002 00000002 0000",
    },
  ],
  diagnosis: [
    {
      name: "of a member behind a router",
      message: {
        kind: "diagnosis",
        tcpHost: "192.0.2.1",
        udpHost: "192.0.2.2",
        udpPort: 40_000,
        moves: 3,
        arrived: 254,
        expected: 256,
        isUp: true,
      },
      encoded: `1f 09 3139322e302e322e31 09 3139322e302e322e32 9c40 00000003 00fe 0100 01`,
    },
    {
      name: "of a member that no datagram has come from",
      message: {
        kind: "diagnosis",
        tcpHost: "::1",
        udpHost: "",
        udpPort: 0,
        moves: 0,
        arrived: 0,
        expected: 0,
        isUp: false,
      },
      encoded: "1f 03 3a3a31 00 0000 00000000 0000 0000 00",
    },
  ],
  numbered: [{
    name: "of a seq",
    message: { kind: "numbered", id, seq: 258 },
    encoded: "1a 0102030405060708 0000000000000102",
  }],
  newest: [{
    name: "of a seq",
    message: { kind: "newest", seq: 258 },
    encoded: "1b 0000000000000102",
  }],
  probe: [{
    name: "of the largest number",
    message: { kind: "probe", number: 0xffff_ffff, seq: 5 },
    encoded: "20 ffffffff 0000000000000005",
  }],
  heard: [{
    name: "of a number",
    message: { kind: "heard", number: 0x01020304, seq: 0 },
    encoded: "21 01020304 0000000000000000",
  }],
  ping: [{ name: "alone", message: { kind: "ping" }, encoded: "22" }],
  pong: [{ name: "alone", message: { kind: "pong" }, encoded: "23" }],
  bye: [{
    name: "of a stopping server",
    message: { kind: "bye", code: "serverStopping" },
    encoded: "24 01",
  }],
  paired: [{ name: "alone", message: { kind: "paired" }, encoded: "30" }],
} satisfies { [Kind in Message["kind"]]: MessageVector<Kind>[] };

/** The same as a list, with names such as `say, unsigned`. */
export const messageVectors = Object.entries<MessageVector[]>(vectorsOf).flatMap(
  ([kind, vectors]) =>
    vectors.map(({ name, message, encoded }) => ({
      name: `${kind}, ${name}`,
      message,
      encoded: bytes(encoded),
    })),
);
