import { assert, assertEquals } from "@std/assert";
import type { ByeCode, RefusedCode, TransferRole } from "../../lib/codec/mod.ts";
import { transferBufferBytes, transferWaitMs } from "../../lib/limits.ts";
import { type Pair, Relay, type RelayLimits, type TransferEnd } from "../../lib/server/relay.ts";
import { ManualClock } from "../testing/manual_clock.ts";

/** A side that writes down what it is told. */
class FakeEnd implements TransferEnd {
  readonly owner: TransferEnd["owner"];
  readonly side: TransferEnd["side"];
  told: RefusedCode | ByeCode | undefined;

  constructor(name: string, role: TransferRole, id = 1) {
    const key = new Uint8Array(32);
    this.owner = { name, key: name.toUpperCase(), identityKey: key, signingKey: key };
    this.side = { role, id: new Uint8Array(16).fill(id) };
  }

  refuse(code: RefusedCode): void {
    this.told = code;
  }

  dismiss(code: ByeCode): void {
    this.told = code;
  }
}

/** A pair that is never over by itself. */
class FakePair implements Pair {
  checks = 0;
  isClosed = false;

  constructor(readonly ends: readonly [FakeEnd, FakeEnd]) {}

  check(): void {
    this.checks++;
  }

  close(): void {
    this.isClosed = true;
  }
}

function startRelay({ maxRate, limits }: { maxRate?: number; limits?: RelayLimits } = {}) {
  const clock = new ManualClock();
  const pairs: FakePair[] = [];
  const relay = new Relay<FakeEnd>({
    clock,
    maxRate,
    limits,
    pair: (ends) => {
      const pair = new FakePair(ends);
      pairs.push(pair);
      return pair;
    },
  });
  return { clock, relay, pairs };
}

const everybody = () => true;

for (const [first, second] of [["sender", "receiver"], ["receiver", "sender"]] as const) {
  Deno.test(`Relay.enter() pairs a ${first} that waits with its ${second}, the sender first`, () => {
    const { relay, pairs } = startRelay();
    const [one, other] = [new FakeEnd("ana", first), new FakeEnd("bia", second)];
    assertEquals(relay.enter(one), undefined);
    assertEquals(pairs.length, 0);
    assertEquals(relay.enter(other), undefined);
    assertEquals(pairs.map(({ ends }) => ends), [first === "sender" ? [one, other] : [other, one]]);
    assertEquals(relay.size, 2);
  });
}

Deno.test("Relay.enter() keeps transfers with different ids apart", () => {
  const { relay, pairs } = startRelay();
  relay.enter(new FakeEnd("ana", "sender", 1));
  relay.enter(new FakeEnd("bia", "receiver", 2));
  assertEquals(pairs, []);
});

const unfit: readonly { name: string; ends: readonly FakeEnd[] }[] = [
  {
    name: "a second sender",
    ends: [new FakeEnd("ana", "sender"), new FakeEnd("bia", "sender")],
  },
  {
    name: "the same member's other side",
    ends: [new FakeEnd("ana", "sender"), new FakeEnd("ana", "receiver")],
  },
  {
    name: "a third side",
    ends: [
      new FakeEnd("ana", "sender"),
      new FakeEnd("bia", "receiver"),
      new FakeEnd("eva", "receiver"),
    ],
  },
];

for (const { name, ends } of unfit) {
  Deno.test(`Relay.enter() refuses ${name} as transferTaken, and leaves the others alone`, () => {
    const { relay, pairs } = startRelay();
    const codes = ends.map((end) => relay.enter(end));
    assertEquals(codes.at(-1), "transferTaken");
    assertEquals(relay.size, ends.length - 1);
    assert(ends.every(({ told }) => told === undefined));
    assertEquals(pairs.length, ends.length - 2);
    assert(pairs.every(({ isClosed }) => !isClosed));
  });
}

Deno.test("Relay.enter() lets an id be used again once its transfer is over", () => {
  const { relay, pairs } = startRelay();
  for (let i = 1; i <= 2; i++) {
    const ends = [new FakeEnd("ana", "sender"), new FakeEnd("bia", "receiver")];
    for (const end of ends) assertEquals(relay.enter(end), undefined);
    for (const end of ends) relay.leave(end);
    assertEquals([pairs.length, relay.size], [i, 0]);
  }
});

Deno.test("Relay.leave() lets the other side wait anew where one has gone", () => {
  const { relay, pairs } = startRelay();
  const gone = new FakeEnd("ana", "sender");
  relay.enter(gone);
  relay.leave(gone);
  assertEquals(relay.enter(new FakeEnd("bia", "receiver")), undefined);
  assertEquals([pairs.length, relay.size], [0, 1]);
});

Deno.test("Relay.enter() refuses a member's connection over its limit, and nobody else's", () => {
  const { relay } = startRelay({ limits: { ofMember: 2, all: 10 } });
  const first = new FakeEnd("ana", "sender", 1);
  assertEquals(relay.enter(first), undefined);
  assertEquals(relay.enter(new FakeEnd("ana", "receiver", 2)), undefined);
  assertEquals(relay.enter(new FakeEnd("ana", "sender", 3)), "transferBusy");
  assertEquals(relay.enter(new FakeEnd("bia", "receiver", 1)), undefined);
  relay.leave(first);
  assertEquals(relay.enter(new FakeEnd("ana", "sender", 3)), undefined);
});

Deno.test("Relay.enter() refuses a connection over the limit of all", () => {
  const { relay } = startRelay({ limits: { ofMember: 2, all: 2 } });
  relay.enter(new FakeEnd("ana", "sender", 1));
  relay.enter(new FakeEnd("bia", "sender", 2));
  assertEquals(relay.enter(new FakeEnd("eva", "sender", 3)), "transferBusy");
});

Deno.test("Relay.tick() gives up whose other side doesn't come in time", () => {
  const { relay, clock } = startRelay();
  const end = new FakeEnd("ana", "sender");
  relay.enter(end);
  clock.advance(transferWaitMs - 1);
  relay.tick(everybody);
  assertEquals(end.told, undefined);
  clock.advance(1);
  relay.tick(everybody);
  assertEquals(end.told, "transferUnmatched");
  assertEquals(relay.enter(new FakeEnd("bia", "receiver")), undefined); // it is too late to be paired
});

Deno.test("Relay.tick() ends what belongs to somebody who is no longer here", () => {
  const { relay, pairs } = startRelay();
  const waiting = new FakeEnd("ana", "sender", 1);
  const others = new FakeEnd("bia", "sender", 2);
  for (const end of [waiting, others]) relay.enter(end);
  for (const [id, receiver] of [[3, "bia"], [4, "eva"]] as const) {
    relay.enter(new FakeEnd(receiver === "eva" ? "bia" : "ana", "sender", id));
    relay.enter(new FakeEnd(receiver, "receiver", id));
  }
  relay.tick(({ name }) => name !== "ana");
  assertEquals([waiting.told, others.told], ["notInRoom", undefined]);
  assertEquals(pairs.map(({ isClosed }) => isClosed), [true, false]);
  assertEquals(pairs.map(({ checks }) => checks), [0, 1]);
});

Deno.test("Relay.close() says goodbye to whoever waits, and ends every pair", () => {
  const { relay, pairs } = startRelay();
  const waiting = new FakeEnd("ana", "sender", 1);
  relay.enter(waiting);
  relay.enter(new FakeEnd("ana", "sender", 2));
  relay.enter(new FakeEnd("bia", "receiver", 2));
  relay.close();
  assertEquals(waiting.told, "serverStopping");
  assertEquals(pairs.map(({ isClosed }) => isClosed), [true]);
});

Deno.test("Relay.bucketOf() is one for all of a member's transfers, and starts empty", () => {
  const { relay, clock } = startRelay({ maxRate: 10_000 });
  const { owner } = new FakeEnd("ana", "sender");
  const bucket = relay.bucketOf(owner)!;
  assertEquals(relay.bucketOf(new FakeEnd("ana", "receiver", 2).owner), bucket);
  assertEquals(bucket.take(clock.now(), 1_000), 100);
  assert(relay.bucketOf(new FakeEnd("bia", "receiver").owner) !== bucket);
});

Deno.test("Relay.tick() forgets a member's debts when they are paid, and not before", () => {
  const { relay, clock } = startRelay({ maxRate: 10_000 });
  const end = new FakeEnd("ana", "sender");
  relay.enter(end);
  const bucket = relay.bucketOf(end.owner)!;
  bucket.take(clock.now(), 20_000);
  relay.leave(end);
  clock.advance(1_999);
  relay.tick(everybody);
  assertEquals(relay.bucketOf(end.owner), bucket);
  clock.advance(1);
  relay.tick(everybody);
  assert(relay.bucketOf(end.owner) !== bucket);
});

Deno.test("Relay.maxReadBytes is a tenth of a second's, and never more than a buffer", () => {
  const rates = [undefined, 1e9, 100_000, 1] as const;
  const sizes = rates.map((maxRate) => startRelay(maxRate ? { maxRate } : {}).relay.maxReadBytes);
  assertEquals(sizes, [transferBufferBytes, transferBufferBytes, 10_000, 1]);
  assertEquals(startRelay().relay.bucketOf(new FakeEnd("ana", "sender").owner), undefined);
});
