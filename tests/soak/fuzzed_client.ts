import { ClientCore, type Sealer } from "../../lib/client/core.ts";
import { Contacts } from "../../lib/client/contacts.ts";
import { EndToEnd } from "../../lib/client/end_to_end.ts";
import { MemoryStore } from "../../lib/client/memory_store.ts";
import { ChatError, type ClientEvent } from "../../lib/client/mod.ts";
import { ByteReader, decodeMessage, ProtocolError, type Welcome } from "../../lib/codec/mod.ts";
import { generateIdentity } from "../../lib/crypto/mod.ts";
import { eventLine } from "../../lib/terminal/event_line.ts";
import { formatLine } from "../../lib/terminal/line.ts";
import { portuguese } from "../../lib/terminal/portuguese.ts";
import { FakeSession, serverAddress } from "../testing/fake_session.ts";
import { ManualClock } from "../testing/manual_clock.ts";
import { PlainSealer } from "../testing/plain_sealer.ts";

/** What a terminal would obey, or a reader be misled by: none of it may get onto a screen. */
// deno-lint-ignore no-control-regex
const unclean = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/;

/** More calls than a core may want at one moment. */
const maxTicksAtOnce = 1_000;

/** Far longer than what is under way takes: a verification code's scrypt, or sealing with new keys. */
const patienceMs = 20_000;

/** Whether private messages are really sealed, or a test can read them. */
export type Encryption = "plain" | "end-to-end";

/** A real client core at the mercy of a server, and whatever it does that no client may. */
export class FuzzedClient {
  readonly core: ClientCore;
  readonly identity = generateIdentity();
  readonly clock = new ManualClock();
  /** What is wrong with it. */
  readonly findings: string[] = [];
  session = new FakeSession();
  /** What its user waits for, in words. */
  readonly #requests = new Map<Promise<unknown>, string>();
  #sessions = 1n;

  constructor(encryption: Encryption) {
    const { identity, clock } = this;
    const store = new MemoryStore();
    const name = () => "ana";
    const sealer: Sealer = encryption === "plain"
      ? new PlainSealer(store)
      : new EndToEnd({ identity, store, clock, name });
    this.core = new ClientCore({
      clock,
      identity,
      store,
      contacts: new Contacts(store, (name) => this.#show({ kind: "keyChanged", name })),
      sealer,
      emit: (event) => this.#show(event),
      show: (event) => Promise.resolve((this.#show(event), true)),
      negotiate: () => Promise.resolve(),
      onFault: (error) => this.#find("a fault", error),
    });
  }

  /** A new connection stands. */
  enter(welcome: Partial<Welcome>): void {
    this.core.exit();
    this.session = new FakeSession(++this.#sessions);
    this.#guard(() => void this.core.enter(this.session, this.session.welcome(welcome)));
  }

  /** Takes a frame's plaintext as a link does; `false` where that would be the connection's end. */
  receive(plaintext: Uint8Array): boolean {
    return this.#guard(() => {
      const reader = new ByteReader(plaintext);
      do {
        const message = decodeMessage(reader);
        if (message.kind === "welcome" || message.kind === "refused" || message.kind === "bye") {
          throw new ProtocolError("unexpectedMessage", "which its connection would have seen to");
        }
        this.core.receive(message);
      } while (reader.remaining > 0);
    });
  }

  /** Takes a datagram with this in it. */
  receiveDatagram(plaintext: Uint8Array): boolean {
    const datagram = this.session.sealedBytes(plaintext);
    return this.#guard(() => this.core.receiveDatagram(datagram, serverAddress));
  }

  /** Has its user do something, which may fail, but not stay undone for ever. */
  request(what: string, act: () => Promise<unknown>): void {
    const request = act().catch((error) => {
      if (!(error instanceof ChatError)) this.#find("a request's failure", error);
    }).finally(() => this.#requests.delete(request));
    this.#requests.set(request, what);
  }

  /** Lets time pass as the edge does: the core is called whenever it wants to be. */
  pass(ms: number): void {
    const end = this.clock.now() + ms;
    for (let ticks = 0; ticks < maxTicksAtOnce; ticks++) {
      const at = this.core.nextTickAt;
      if (at === undefined || at > end) return this.clock.advance(end - this.clock.now());
      this.clock.advance(Math.max(0, at - this.clock.now()));
      if (!this.#guard(() => this.core.tick())) return;
    }
    this.findings.push("the core wants to be called without end");
  }

  /** There is no other connection: nobody may wait any longer. */
  async end(): Promise<void> {
    this.core.fail(new ChatError("closed"));
    const deadline = Date.now() + patienceMs;
    while (this.#requests.size > 0 && Date.now() < deadline) {
      this.clock.advance(60_000);
      await new Promise((resolve) => setTimeout(resolve, 0));
    }
    for (const what of this.#requests.values()) this.findings.push(`never answered: ${what}`);
  }

  #guard(act: () => void): boolean {
    try {
      act();
      return true;
    } catch (error) {
      if (!(error instanceof ProtocolError)) this.#find("an exception", error);
      return false;
    }
  }

  #show(event: ClientEvent): void {
    const now = this.clock.wallTime();
    const line = eventLine(event, { language: portuguese, isVerified: () => false, now });
    const text = line ? formatLine(line) : "";
    if (unclean.test(text)) this.findings.push(`shown: ${JSON.stringify(text)}`);
  }

  #find(what: string, error: unknown): void {
    this.findings.push(`${what}: ${error instanceof Error ? error.stack : error}`);
  }
}
