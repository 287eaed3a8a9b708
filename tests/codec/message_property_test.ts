import { assert, assertEquals, assertGreater } from "@std/assert";
import fc from "fast-check";
import {
  byeCodes,
  ByteReader,
  decodeMessage,
  encodedMessage,
  type Message,
  ProtocolError,
  refusedCodes,
  rejectedCodes,
} from "../../lib/codec/mod.ts";
import { hex } from "../testing/hex.ts";
import { unicodeText } from "../testing/unicode_text.ts";
import { messageVectors } from "./message_vectors.ts";

const u64 = fc.bigInt({ min: 0n, max: 2n ** 64n - 1n });
const u53 = fc.maxSafeNat();
const u16 = fc.integer({ min: 0, max: 0xffff });
const u32 = fc.integer({ min: 0, max: 0xffff_ffff });
const name = unicodeText(32);
const names = fc.array(name, { maxLength: 20 });
const text = unicodeText(500);
const keyPackage = fc.uint8Array({ maxLength: 100 });
const envelope = fc.uint8Array({ maxLength: 500 });
const signature = fc.oneof(
  fc.uint8Array({ minLength: 64, maxLength: 64 }),
  fc.constant(new Uint8Array()),
);
const range = fc.tuple(u53, u53).map(([a, b]) => ({
  firstSeq: Math.min(a, b),
  lastSeq: Math.max(a, b),
}));

const messageOf: { [Kind in Message["kind"]]: fc.Arbitrary<Extract<Message, { kind: Kind }>> } = {
  say: fc.record({ kind: fc.constant("say"), id: u64, sentAt: u53, text, signature }),
  said: fc.record({
    kind: fc.constant("said"),
    seq: u53,
    from: name,
    id: u64,
    sentAt: u53,
    text,
    signature,
  }),
  numbered: fc.record({ kind: fc.constant("numbered"), id: u64, seq: u53 }),
  newest: fc.record({ kind: fc.constant("newest"), seq: u53 }),
  repair: range.map((fields) => ({ kind: "repair", ...fields })),
  missing: range.map((fields) => ({ kind: "missing", ...fields })),
  send: fc.record({ kind: fc.constant("send"), id: u64, to: name, envelope }),
  accepted: fc.record({ kind: fc.constant("accepted"), id: u64 }),
  rejected: fc.record({
    kind: fc.constant("rejected"),
    id: u64,
    code: fc.constantFrom(...rejectedCodes),
  }),
  told: fc.record({ kind: fc.constant("told"), delivery: u53, from: name, id: u64, envelope }),
  received: fc.record({ kind: fc.constant("received"), delivery: u53 }),
  unreadable: fc.record({ kind: fc.constant("unreadable"), delivery: u53 }),
  inquire: fc.record({ kind: fc.constant("inquire"), id: u64 }),
  have: fc.record({ kind: fc.constant("have"), seq: u53 }),
  reach: fc.record({ kind: fc.constant("reach"), seq: u53 }),
  diagnose: fc.constant({ kind: "diagnose" }),
  reached: fc.record({
    kind: fc.constant("reached"),
    seq: u53,
    count: u32,
    present: u32,
    lacking: names,
  }),
  diagnosis: fc.record({
    kind: fc.constant("diagnosis"),
    tcpHost: unicodeText(16),
    udpHost: unicodeText(16),
    udpPort: u16,
    moves: u32,
    arrived: u16,
    expected: u16,
    isUp: fc.boolean(),
  }),
  identify: fc.record({
    kind: fc.constant("identify"),
    id: u64,
    name,
    wantsKeyPackage: fc.boolean(),
  }),
  identified: fc.record({
    kind: fc.constant("identified"),
    id: u64,
    name,
    signingKey: fc.uint8Array({ minLength: 32, maxLength: 32 }),
    keyPackage,
  }),
  publish: fc.record({
    kind: fc.constant("publish"),
    supply: u64,
    lastResort: keyPackage,
    keyPackages: fc.array(keyPackage, { maxLength: 10 }),
  }),
  published: fc.record({ kind: fc.constant("published"), supply: u64, left: u16 }),
  delivered: fc.record({ kind: fc.constant("delivered"), id: u64 }),
  welcome: fc.record({
    kind: fc.constant("welcome"),
    sessionId: u64,
    room: u64,
    run: u64,
    baseSeq: u53,
    name,
    newestSeq: u53,
  }),
  refused: fc.record({ kind: fc.constant("refused"), code: fc.constantFrom(...refusedCodes) }),
  members: fc.record({ kind: fc.constant("members"), names, complete: fc.boolean() }),
  presence: fc.record({ kind: fc.constant("presence"), joined: names, left: names }),
  probe: fc.record({ kind: fc.constant("probe"), number: u32, seq: u53 }),
  heard: fc.record({ kind: fc.constant("heard"), number: u32, seq: u53 }),
  ping: fc.constant({ kind: "ping" }),
  pong: fc.constant({ kind: "pong" }),
  paired: fc.constant({ kind: "paired" } as const),
  bye: fc.record({ kind: fc.constant("bye"), code: fc.constantFrom(...byeCodes) }),
};

for (const [kind, message] of Object.entries<fc.Arbitrary<Message>>(messageOf)) {
  Deno.test(`decodeMessage() reads back every ${kind} that encodedMessage() writes`, () => {
    fc.assert(
      fc.property(message, (message) => {
        const reader = new ByteReader(encodedMessage(message));
        // fc.record() makes objects without a prototype
        assertEquals(decodeMessage(reader), { ...message });
        assertEquals(reader.remaining, 0);
      }),
      { seed: 1, numRuns: 50 },
    );
  });
}

/** Whether the bytes begin with a message; what they are otherwise is asserted. */
function decodesOrIsRefused(input: Uint8Array): boolean {
  const reader = new ByteReader(input);
  let message: Message;
  try {
    message = decodeMessage(reader);
  } catch (error) {
    assert(error instanceof ProtocolError, `threw ${error}`);
    return false;
  }
  const read = input.subarray(0, input.length - reader.remaining);
  assertEquals(hex(encodedMessage(message)), hex(read));
  return true;
}

const kinds = messageVectors.map(({ encoded }) => encoded[0]!);

Deno.test("decodeMessage() reads random bytes and writes them back, or refuses them", () => {
  let decoded = 0;
  fc.assert(
    fc.property(fc.constantFrom(...kinds), fc.uint8Array({ maxLength: 120 }), (kind, rest) => {
      if (decodesOrIsRefused(Uint8Array.of(kind, ...rest))) decoded++;
    }),
    { seed: 2, numRuns: 5_000 },
  );
  assertGreater(decoded, 200);
});

Deno.test("decodeMessage() reads damaged messages and writes them back, or refuses them", () => {
  const damage = fc.record({
    at: fc.nat(),
    cut: fc.nat(2),
    insert: fc.uint8Array({ maxLength: 2 }),
  });
  let decoded = 0;
  let refused = 0;
  fc.assert(
    fc.property(fc.constantFrom(...messageVectors), damage, ({ encoded }, { at, cut, insert }) => {
      const offset = at % encoded.length;
      const input = Uint8Array.of(
        ...encoded.subarray(0, offset),
        ...insert,
        ...encoded.subarray(offset + cut),
      );
      if (decodesOrIsRefused(input)) decoded++;
      else refused++;
    }),
    { seed: 3, numRuns: 5_000 },
  );
  assertGreater(decoded, 200);
  assertGreater(refused, 200);
});
