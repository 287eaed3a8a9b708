import { Contacts } from "../../lib/client/contacts.ts";
import { ClientCore } from "../../lib/client/core.ts";
import { MemoryStore } from "../../lib/client/memory_store.ts";
import type { ClientEvent } from "../../lib/client/mod.ts";
import type { ClientStore } from "../../lib/client/store.ts";
import type { Welcome } from "../../lib/codec/mod.ts";
import { generateIdentity } from "../../lib/crypto/mod.ts";
import { FakeSession } from "./fake_session.ts";
import { ManualClock } from "./manual_clock.ts";
import { PlainSealer, signingKeyOf } from "./plain_sealer.ts";

/** How a {@linkcode TestClient} differs from the usual one. */
export interface TestClientOptions {
  /** What it goes on from; otherwise an empty one. */
  readonly store?: ClientStore;
  /** How many messages from before it came it wants; otherwise none. */
  readonly history?: number;
}

/** A client core with a clock that the test moves, in a session that the test plays the server of. */
export class TestClient {
  readonly clock = new ManualClock();
  readonly core: ClientCore;
  session!: FakeSession;
  readonly identity = generateIdentity();
  readonly store: ClientStore;
  readonly contacts: Contacts;
  readonly sealer: PlainSealer;
  /** What the core couldn't go on from. */
  readonly faults: unknown[] = [];
  #events: ClientEvent[] = [];
  #sessions = 0n;

  constructor({ store = new MemoryStore(), history = 0 }: TestClientOptions = {}) {
    const emit = (event: ClientEvent) => this.#events.push(event);
    this.store = store;
    this.contacts = new Contacts(store, (name) => emit({ kind: "keyChanged", name }));
    this.sealer = new PlainSealer(store);
    const { clock, identity, contacts, sealer } = this;
    const onFault = (error: unknown) => this.faults.push(error);
    const show = (event: ClientEvent) => Promise.resolve(emit(event) > 0);
    const negotiate = () => Promise.resolve();
    const hooks = { emit, show, negotiate, onFault };
    const options = { clock, identity, store, contacts, sealer, history, ...hooks };
    this.core = new ClientCore(options);
  }

  /** Lets the client know these members' keys already. */
  know(...names: string[]): void {
    for (const name of names) this.contacts.see(name, signingKeyOf(name));
  }

  /** A client in a session, whose list of members is complete. */
  static entered(store?: ClientStore): TestClient {
    return TestClient.newcomer({}, store && { store });
  }

  /** As {@linkcode entered}, in a room where something was said, of which so much is wanted. */
  static newcomer(fields: Partial<Welcome>, options: TestClientOptions = {}): TestClient {
    const client = new TestClient(options);
    client.know("bia", "eva", "é".repeat(32));
    client.enter(fields);
    client.core.receive({ kind: "members", names: ["ana", "bia"], complete: true });
    return client;
  }

  /** As {@linkcode entered}, with a working path. */
  static enteredOverUdp(): TestClient {
    const client = TestClient.entered();
    client.bringUdpUp();
    return client;
  }

  enter(fields?: Partial<Welcome>): Promise<void> {
    this.session = new FakeSession(++this.#sessions);
    return this.core.enter(this.session, this.session.welcome(fields));
  }

  bringUdpUp(): void {
    for (const number of this.session.takeProbes()) {
      this.core.receive({ kind: "heard", number, seq: 0 });
    }
    this.take();
    this.session.take();
  }

  /** Lets time pass as the edge does: the core is called whenever it wants to be. */
  pass(ms: number): void {
    const end = this.clock.now() + ms;
    for (;;) {
      const at = this.core.nextTickAt;
      if (at === undefined || at > end) break;
      this.clock.advance(Math.max(0, at - this.clock.now()));
      this.core.tick();
    }
    this.clock.advance(end - this.clock.now());
  }

  /** Events since the last call. */
  take(): ClientEvent[] {
    const events = this.#events;
    this.#events = [];
    return events;
  }
}
