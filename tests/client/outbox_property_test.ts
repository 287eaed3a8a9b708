/**
 * A client that dies at any moment, a server that forgets and loses what it likes, and what must hold all the same:
 * what the client had kept arrives once, and nothing leaves twice under one key.
 *
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { Contacts } from "../../lib/client/contacts.ts";
import { ClientCore, type Sealer } from "../../lib/client/core.ts";
import type { SealedEnvelope } from "../../lib/client/end_to_end.ts";
import { ChatError, type ChatErrorCode, type ClientEvent } from "../../lib/client/mod.ts";
import type { Change, ClientStore } from "../../lib/client/store.ts";
import {
  ByteReader,
  ByteWriter,
  type Content,
  decodeContent,
  encodeContent,
  type MemberMessage,
  type Message,
  type MessageId,
} from "../../lib/codec/mod.ts";
import { generateIdentity } from "../../lib/crypto/mod.ts";
import { maxSealings, outboxLazyMs, takeOverMs } from "../../lib/limits.ts";
import { FakeSession } from "../testing/fake_session.ts";
import { hex } from "../testing/hex.ts";
import { ManualClock } from "../testing/manual_clock.ts";
import { signingKeyOf } from "../testing/plain_sealer.ts";
import { SnapshotStore } from "../testing/snapshot_store.ts";
import { settled } from "../testing/turns.ts";
import { textOf } from "../testing/contents.ts";

/** End-to-end encryption of which only the ratchet is left: the step that it has come to is kept in the store. */
class RatchetSealer implements Sealer {
  /** @param turn when a step that was begun may be finished */
  constructor(readonly store: ClientStore, readonly turn: () => Promise<void>) {}

  async seal(
    _: unknown,
    content: Content,
    alongside: (sealed: SealedEnvelope) => readonly Change[] | undefined,
  ) {
    for (;;) {
      const before = this.store.get("ratchet");
      const step = before ? new ByteReader(before.value).u32() : 0;
      await this.turn();
      const sealed = { envelope: envelopeOf(step, content), groupId: "group" };
      const changes = alongside(sealed);
      if (!changes) return { kind: "unwanted" } as const;
      const next = new ByteWriter();
      next.u32(step + 1);
      const change = { key: "ratchet", value: next.written, version: before?.version ?? 0 };
      if (this.store.commit([change, ...changes])) return { kind: "sealed", ...sealed } as const;
    }
  }

  begin = () => Promise.resolve(true);
  open = () => Promise.resolve({ kind: "unreadable" } as const);
  supply = () => Promise.resolve(undefined);
  delivered() {}
  forget() {}
}

function envelopeOf(step: number, content: Content): Uint8Array {
  const writer = new ByteWriter();
  writer.u32(step);
  writer.raw(encodeContent(content));
  return writer.written;
}

function read(envelope: Uint8Array): { step: number; content: Content } {
  const reader = new ByteReader(envelope);
  return { step: reader.u32(), content: decodeContent(reader.raw(reader.remaining)) };
}

/** The process is gone; only what was committed is left. */
class Death extends Error {}

/** At which commit from now on a client dies, just before or just after it. */
interface Fate {
  readonly commit: number;
  readonly isAfter: boolean;
}

type Act =
  | { readonly kind: "tell"; readonly byOlder: boolean; readonly fate: Fate | null }
  | {
    readonly kind: "serve";
    readonly outcome: "handled" | "lost" | "unanswered" | "busy";
    readonly fate: Fate | null;
  }
  | {
    readonly kind: "deliver";
    readonly pick: number;
    readonly isReadable: boolean;
    readonly fate: Fate | null;
  }
  | { readonly kind: "pass"; readonly fate: Fate | null }
  | { readonly kind: "forget" | "kill" | "close" | "takeOver" | "reconnect" | "stall" | "resume" };

/** A client from its start to its end. */
class Process {
  readonly clock = new ManualClock();
  readonly core: ClientCore;
  session = new FakeSession();

  constructor(
    store: SnapshotStore,
    turn: () => Promise<void>,
    emit: (event: ClientEvent) => void,
  ) {
    const contacts = new Contacts(store);
    contacts.see("bia", signingKeyOf("bia"));
    const onFault = (error: unknown) => {
      if (!(error instanceof Death)) throw error;
    };
    const sealer = new RatchetSealer(store, turn);
    const { clock } = this;
    const show = (event: ClientEvent) => Promise.resolve((emit(event), true));
    const negotiate = () => Promise.resolve();
    const options = { clock, identity, store, contacts, sealer, emit, show, negotiate, onFault };
    this.core = new ClientCore(options);
  }

  enter(): void {
    this.core.exit();
    this.session = new FakeSession();
    this.core.enter(this.session, this.session.welcome());
    this.core.receive({ kind: "members", names: ["ana", "bia"], complete: true });
  }
}

const identity = generateIdentity();

/** What the test knows of something that was told. */
interface Told {
  isWritten: boolean;
  outcome: "waiting" | "accepted" | ChatErrorCode;
  /** Whether the server had ever accepted it when that was known. */
  wasTaken: boolean;
}

class World {
  #store = new SnapshotStore();
  #process!: Process;
  /** One that doesn't know yet that another has taken over from it. */
  #older: Process | undefined;
  /** By text. */
  readonly #told = new Map<string, Told>();
  /** What the server has, and whether it was delivered. */
  readonly #mail = new Map<MessageId, { envelope: Uint8Array; isDelivered: boolean }>();
  readonly #everAccepted = new Set<string>();
  readonly #refused = new Set<string>();
  readonly #unreadable = new Map<MessageId, number>();
  /** What bia's client has kept. */
  readonly #kept = new Map<MessageId, string>();
  /** Envelopes that ever left, by the ratchet's step; the last one of each message. */
  readonly #leftAt = new Map<number, string>();
  readonly #lastOf = new Map<MessageId, string>();
  readonly #mayDiffer = new Set<MessageId>();
  /** Resolves once envelopes that are being sealed are finished. */
  #turn = Promise.withResolvers<void>();

  begin(): void {
    this.#turn.resolve();
    this.#start();
  }

  async act(act: Act): Promise<void> {
    switch (act.kind) {
      case "tell":
        return await this.#mortally(act.fate, () => this.#tell(act.byOlder));
      case "serve":
        return await this.#mortally(act.fate, () => this.#serve(act.outcome));
      case "deliver":
        return await this.#mortally(act.fate, () => this.#deliver(act.pick, act.isReadable));
      case "pass":
        return await this.#mortally(
          act.fate,
          () => this.#process.clock.advance(outboxLazyMs + takeOverMs),
        );
      case "forget":
        this.#mail.clear();
        return this.#process.enter();
      case "kill":
        return this.#start();
      case "close":
        this.#process.core.fail(new ChatError("closed"));
        return this.#start();
      case "takeOver":
        this.#endOlder();
        this.#older = this.#process;
        this.#process = this.#newProcess();
        return this.#process.enter();
      case "reconnect":
        return this.#process.enter();
      case "stall":
        this.#turn.resolve();
        this.#turn = Promise.withResolvers();
        return;
      case "resume":
        return await this.#resume();
      default:
        act satisfies never;
    }
  }

  /** Lets everything come to its end, without mishaps. */
  async end(): Promise<void> {
    await this.#resume();
    this.#endOlder();
    this.#process.enter();
    for (let round = 0; round <= maxSealings; round++) {
      await this.act({ kind: "serve", outcome: "handled", fate: null });
      for (const { isDelivered } of [...this.#mail.values()]) {
        if (!isDelivered) await this.#deliver(0, true);
      }
      await this.act({ kind: "pass", fate: null });
    }
    assertEquals(this.#store.keys("outbox/"), []);
    const keptTexts = [...this.#kept.values()];
    for (const [text, { isWritten, outcome, wasTaken }] of this.#told) {
      const times = keptTexts.filter((kept) => kept === text).length;
      const isRefused = this.#refused.has(text);
      assert(times <= 1, `${text} arrived ${times} times`);
      if (isWritten && !isRefused) assertEquals(times, 1, `${text} (${outcome}) never arrived`);
      if (outcome === "accepted") assert(times === 1 || isRefused, `${text} is lost`);
      if (outcome === "addresseeBusy" && !wasTaken) assertEquals(times, 0, `${text} arrived`);
    }
  }

  #start(): void {
    this.#endOlder();
    this.#store = new SnapshotStore(this.#store);
    this.#process = this.#newProcess();
    this.#process.enter();
  }

  #newProcess(): Process {
    return new Process(this.#store, () => this.#turn.promise, (event) => {
      if (event.kind !== "delivered") return;
      assert(this.#kept.has(event.id), "delivered is said of what never arrived");
    });
  }

  async #resume(): Promise<void> {
    this.#turn.resolve();
    for (let i = 0; i < 3; i++) await settled();
  }

  #endOlder(): void {
    this.#older?.core.fail(new ChatError("replaced"));
    this.#older = undefined;
  }

  #tell(byOlder: boolean): void {
    const text = `text ${this.#told.size}`;
    const told: Told = { isWritten: false, outcome: "waiting", wasTaken: false };
    this.#told.set(text, told);
    const count = () => this.#store.keys("outbox/").length;
    const before = count();
    const { core } = (byOlder ? this.#older : undefined) ?? this.#process;
    core.tell("bia", text).then(
      () => told.outcome = "accepted",
      (error) => {
        told.outcome = error.code;
        told.wasTaken = this.#everAccepted.has(text);
      },
    );
    told.isWritten = count() > before;
  }

  #serve(outcome: Extract<Act, { kind: "serve" }>["outcome"]): void {
    for (const message of this.#older?.session.take() ?? []) {
      this.#check(message);
      this.#answer(message, false); // which comes too late
    }
    this.#endOlder();
    const messages = this.#process.session.take();
    for (const message of messages) this.#check(message);
    if (outcome === "lost") return this.#process.enter();
    const answers = messages.flatMap((message) => this.#answer(message, outcome === "busy"));
    if (outcome === "unanswered") return this.#process.enter();
    for (const answer of answers) this.#process.core.receive(answer);
  }

  #check(message: MemberMessage): void {
    if (message.kind !== "send") return;
    const { id, envelope } = message;
    const bytes = hex(envelope);
    const { step } = read(envelope);
    assertEquals(this.#leftAt.get(step) ?? bytes, bytes, `two messages at step ${step}`);
    this.#leftAt.set(step, bytes);
    const isTheSame = (this.#lastOf.get(id) ?? bytes) === bytes;
    assert(isTheSame || this.#mayDiffer.has(id), "it was sealed anew for nothing");
    this.#lastOf.set(id, bytes);
  }

  #answer(message: MemberMessage, isBusy: boolean): Message[] {
    if (message.kind !== "send" && message.kind !== "inquire") return [];
    const { id } = message;
    const mail = this.#mail.get(id);
    if (mail) return [{ kind: mail.isDelivered ? "delivered" : "accepted", id }];
    if (message.kind === "inquire") return [{ kind: "rejected", id, code: "unknownMessage" }];
    const text = textOf(read(message.envelope).content);
    if (isBusy) {
      this.#refused.add(text);
      return [{ kind: "rejected", id, code: "addresseeBusy" }];
    }
    this.#everAccepted.add(text);
    this.#mail.set(id, { envelope: message.envelope, isDelivered: false });
    return [{ kind: "accepted", id }];
  }

  #deliver(pick: number, isReadable: boolean): void {
    const waiting = [...this.#mail].filter(([, { isDelivered }]) => !isDelivered);
    const [id, mail] = waiting[pick % Math.max(1, waiting.length)] ?? [];
    if (id === undefined || !mail) return;
    const unreadable = this.#unreadable.get(id) ?? 0;
    if (isReadable || this.#kept.has(id) || unreadable >= maxSealings - 1) {
      this.#kept.set(id, textOf(read(mail.envelope).content));
      mail.isDelivered = true;
      this.#process.core.receive({ kind: "delivered", id });
    } else {
      this.#unreadable.set(id, unreadable + 1);
      this.#mayDiffer.add(id);
      this.#mail.delete(id);
      this.#process.core.receive({ kind: "rejected", id, code: "unreadable" });
    }
  }

  /** Lets the client die as it is fated, and start again. */
  async #mortally(fate: Fate | null, act: () => void): Promise<void> {
    if (fate) this.#endOlder();
    const store = this.#store;
    let [left, isDead] = [fate?.commit ?? Infinity, false];
    const dieIf = (isNow: boolean) => {
      isDead ||= isNow;
      if (isDead) throw new Death();
    };
    store.beforeCommit = () => dieIf(fate !== null && !fate.isAfter && left === 0);
    store.afterCommit = () => dieIf(--left < 0 && fate !== null && fate.isAfter);
    try {
      act();
    } catch (error) {
      if (!(error instanceof Death)) throw error;
    }
    for (let i = 0; i < 3; i++) await settled();
    if (isDead) return this.#start(); // what still runs of the dead one can't write any more
    store.beforeCommit = store.afterCommit = () => {};
  }
}

const fate = fc.option(fc.record({ commit: fc.nat(3), isAfter: fc.boolean() }), { freq: 3 });
const kind = <Kind extends Act["kind"]>(kind: Kind) => fc.constant(kind);
const act: fc.Arbitrary<Act> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({ kind: kind("tell"), byOlder: fc.boolean(), fate }),
  },
  {
    weight: 6,
    arbitrary: fc.record({
      kind: kind("serve"),
      outcome: fc.constantFrom("handled", "handled", "lost", "unanswered", "busy"),
      fate,
    }),
  },
  {
    weight: 6,
    arbitrary: fc.record({
      kind: kind("deliver"),
      pick: fc.nat(9),
      isReadable: fc.boolean(),
      fate,
    }),
  },
  { weight: 2, arbitrary: fc.record({ kind: kind("pass"), fate }) },
  {
    weight: 5,
    arbitrary: fc.record({
      kind: fc.constantFrom("forget", "kill", "close", "takeOver", "reconnect", "stall", "resume"),
    }),
  },
);

Deno.test("ClientCore.tell() loses nothing that it kept, and sends nothing twice under one key", async () => {
  const acts = fc.array(act, { minLength: 5, maxLength: 40, size: "max" });
  await fc.assert(
    fc.asyncProperty(acts, async (acts) => {
      const world = new World();
      world.begin();
      for (const act of acts) await world.act(act);
      await world.end();
    }),
    { seed: 7_700, numRuns: 60 },
  );
});
