import { ClientCore } from "../../lib/client/core.ts";
import { Contacts } from "../../lib/client/contacts.ts";
import { EndToEnd } from "../../lib/client/end_to_end.ts";
import { MemoryStore } from "../../lib/client/memory_store.ts";
import type { ClientEvent } from "../../lib/client/mod.ts";
import type {
  Identified,
  MemberMessage,
  Message,
  Publish,
  Said,
  Told,
} from "../../lib/codec/mod.ts";
import { generateIdentity, type Identity } from "../../lib/crypto/mod.ts";
import { eventLine } from "../../lib/terminal/event_line.ts";
import { formatLine } from "../../lib/terminal/line.ts";
import { portuguese } from "../../lib/terminal/portuguese.ts";
import { FakeSession } from "./fake_session.ts";
import { Log } from "./log.ts";
import { ManualClock } from "./manual_clock.ts";
import { within } from "./within.ts";

const room = 7n;

/** What a server that keeps to the rules would send, and what this one sends instead. */
export interface Misdeeds {
  said(said: Said, to: Person): readonly Said[];
  told(told: Told, to: Person): readonly Told[];
  identified(identified: Identified, to: Person): Identified;
}

/**
 * A server between clients in memory that does its work, except where the test has it do something else
 * instead. It holds no member's key, and sees all that a server sees.
 */
export class MisbehavingServer {
  readonly clock = new ManualClock();
  readonly misdeeds: Misdeeds = {
    said: (said) => [said],
    told: (told) => [told],
    identified: (identified) => identified,
  };
  /** Every message that has passed, as it came in. */
  readonly seen = new Log<MemberMessage>();
  readonly #people = new Map<string, Person>();
  #newestSeq = 0;
  #newestDelivery = 0;
  readonly #authors = new Map<number, { readonly author: Person; readonly id: bigint }>();

  enter(name: string, identity: Identity = generateIdentity()): Person {
    const person = new Person(name, identity, this);
    this.#people.set(name, person);
    person.enter(room);
    return person;
  }

  /** Takes what a member sends. */
  receive(author: Person, message: MemberMessage): void {
    this.seen.add(message);
    switch (message.kind) {
      case "say": {
        const { id, sentAt, text, signature } = message;
        const seq = ++this.#newestSeq;
        return this.say({ kind: "said", seq, from: author.name, id, sentAt, text, signature });
      }
      case "send": {
        const addressee = this.#people.get(message.to);
        const { id } = message;
        if (!addressee) return author.receive({ kind: "rejected", id, code: "unknownMember" });
        author.receive({ kind: "accepted", id });
        const delivery = ++this.#newestDelivery;
        this.#authors.set(delivery, { author, id });
        const { envelope } = message;
        const told = { kind: "told", delivery, from: author.name, id, envelope } as const;
        for (const each of this.misdeeds.told(told, addressee)) addressee.receive(each);
        return;
      }
      case "received":
      case "unreadable": {
        const sent = this.#authors.get(message.delivery);
        if (!sent) return;
        const { author, id } = sent;
        if (message.kind === "received") author.receive({ kind: "delivered", id });
        else author.receive({ kind: "rejected", id, code: "unreadable" });
        return;
      }
      case "identify": {
        const { id, name, wantsKeyPackage } = message;
        const person = this.#people.get(name);
        if (!person) return author.receive({ kind: "rejected", id, code: "unknownMember" });
        const keyPackage = wantsKeyPackage ? person.takeKeyPackage() : new Uint8Array();
        const signingKey = person.identity.signingKeyPair.publicKey;
        const identified = { kind: "identified", id, name, signingKey, keyPackage } as const;
        return author.receive(this.misdeeds.identified(identified, author));
      }
      case "publish":
        return author.publish(message);
    }
  }

  /** Hands a global message to everybody, numbered next or as it says. */
  say(said: Said): void {
    this.#newestSeq = Math.max(this.#newestSeq, said.seq);
    for (const person of this.#people.values()) {
      for (const each of this.misdeeds.said(said, person)) person.receive(each);
    }
  }
}

/** Somebody with a real client behind a session in memory, and what a screen shows to them. */
export class Person {
  readonly core: ClientCore;
  readonly store = new MemoryStore();
  readonly events = new Log<ClientEvent>();
  readonly contacts = new Contacts(
    this.store,
    (name) => this.events.add({ kind: "keyChanged", name }),
  );
  readonly #server: MisbehavingServer;
  readonly #published = Promise.withResolvers<void>();
  #keyPackages: Uint8Array[] = [];
  #lastResort = new Uint8Array();

  constructor(readonly name: string, readonly identity: Identity, server: MisbehavingServer) {
    this.#server = server;
    const { store, contacts } = this;
    const { clock } = server;
    this.core = new ClientCore({
      clock,
      identity,
      store,
      contacts,
      sealer: new EndToEnd({ identity, store, clock, name: () => name }),
      emit: (event) => this.events.add(event),
      show: (event) => Promise.resolve((this.events.add(event), true)),
      negotiate: () => Promise.resolve(),
      onFault: (error) => {
        throw error;
      },
    });
  }

  enter(room: bigint): void {
    const session = new PersonsSession((message) => this.#server.receive(this, message));
    this.core.enter(session, session.welcome({ room, name: this.name }));
    this.receive({ kind: "members", names: [this.name], complete: true });
    this.receive({ kind: "published", supply: 0n, left: 0 });
  }

  /** Takes what the server sends, after all that is under way. */
  receive(message: Message): void {
    queueMicrotask(() => this.core.receive(message));
  }

  publish({ keyPackages, lastResort }: Publish): void {
    this.#keyPackages.push(...keyPackages);
    if (lastResort.length > 0) this.#lastResort = lastResort.slice();
    this.#published.resolve();
  }

  /** Resolves when the client has given the server its keys. */
  published(): Promise<void> {
    return within(this.#published.promise, "keys to be published");
  }

  takeKeyPackage(): Uint8Array {
    return this.#keyPackages.shift() ?? this.#lastResort;
  }

  /** Lines on this person's screen so far. */
  get screen(): string[] {
    const isVerified = (name: string) => this.core.verification.isVerified(name);
    const surroundings = { language: portuguese, isVerified, now: this.#server.clock.wallTime() };
    return this.events.entries.flatMap((event) => {
      const line = eventLine(event, surroundings);
      return line ? [formatLine(line)] : [];
    });
  }

  /** Waits until so many lines are on the screen, and answers them. */
  async lines(count: number): Promise<string[]> {
    await this.events.until(() => this.screen.length >= count, `${count} lines`);
    return this.screen;
  }
}

/** Hands on at once what the client sends. */
class PersonsSession extends FakeSession {
  readonly #receive: (message: MemberMessage) => void;

  constructor(receive: (message: MemberMessage) => void) {
    super();
    this.#receive = receive;
  }

  override send(message: MemberMessage): void {
    queueMicrotask(() => this.#receive(message));
  }
}
