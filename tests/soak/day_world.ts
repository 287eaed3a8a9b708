import { pause, systemClock, type Timer } from "../../lib/clock.ts";
import type { ClientEvent } from "../../lib/client/mod.ts";
import type { Sealer } from "../../lib/client/core.ts";
import type { ClientStore } from "../../lib/client/store.ts";
import type { ServerStore } from "../../lib/server/store.ts";
import { ManualClock } from "../testing/manual_clock.ts";
import { SeededRandom } from "../testing/seeded_random.ts";
import { SimulatedDatagrams } from "../testing/simulated_datagrams.ts";
import { type MemberNetwork, SimulatedMember } from "../testing/simulated_member.ts";
import { SimulatedServer } from "../testing/simulated_server.ts";
import { StandInSealer } from "../testing/stand_in_sealer.ts";
import { Complaints } from "./complaints.ts";
import { type Habit, habitOf, Life } from "./day_life.ts";
import { LetterLedger } from "./letter_ledger.ts";
import { RoomLedger } from "./room_ledger.ts";

const minute = 60_000;
const dayMs = 1_440 * minute;
/** Of so many messages one is a long text. */
const longOneIn = 200;
/** Of so many times that somebody talks, once a whole crowd does. */
const burstOneIn = 100;
const burstMessages = 40;
/** A member that has a message has shown it so soon. */
const showingMs = 5_000;
/** Events taken before the machine's other work gets its turn, so that buffers are given back. */
const eventsPerTurn = 20_000;

export interface DayOptions {
  readonly seed: number;
  readonly members: number;
  /** Global and private messages in all, about. */
  readonly messages: number;
  readonly letters: number;
  readonly hours: number;
  /** Pages of a novel that somebody pastes in the middle of the day: they fill the history by their bytes. */
  readonly novel: number;
  /** How often the server is started anew: now with goodbyes, now without. */
  readonly restarts: number;
  readonly openStore: () => ServerStore;
}

/** A member with what the day has in store for it. */
export interface Inhabitant {
  readonly member: SimulatedMember;
  readonly habit: Habit;
  /** Whether it says anything at all. */
  readonly isTalker: boolean;
  /** When something last happened to its program, machine or network. */
  disturbedAt: number;
  /** Its global messages that aren't numbered. */
  readonly unnumbered: Set<string>;
}

/** A chat with everybody in it, in memory, at a time of its own. */
export class DayWorld {
  readonly clock = new ManualClock();
  readonly complaints = new Complaints();
  readonly room = new RoomLedger(this.complaints);
  readonly letters = new LetterLedger(this.complaints);
  readonly datagrams = new SimulatedDatagrams(this.clock);
  readonly server: SimulatedServer;
  inhabitants: readonly Inhabitant[];
  /** Events taken off the clock. */
  events = 0;
  /** Of what kinds the server and clients have reported something, and how often. */
  readonly reports = new Map<string, number>();
  readonly #options: DayOptions;
  readonly #random: SeededRandom;
  readonly #byName = new Map<string, Inhabitant>();
  /** Texts of private messages, by author and id, until their authors hear of their end. */
  readonly #texts = new Map<string, string>();
  #known: Inhabitant[] = [];
  /** Of what is to happen by itself. */
  readonly #timers = new Set<Timer>();

  constructor(options: DayOptions) {
    this.#options = options;
    this.#random = SeededRandom.derived(options.seed, "day");
    this.server = new SimulatedServer({
      clock: this.clock,
      datagrams: this.datagrams,
      openStore: options.openStore,
      report: (event) => {
        if (event.kind === "joined" || event.kind === "resumed") this.room.admit(event.name);
        this.#count(event.kind === "left" ? `left: ${event.reason}` : event.kind);
        if (["violated", "fault", "storageFailed", "refused"].includes(event.kind)) {
          this.complaints.add("server", JSON.stringify(event, (_, v) => v?.stack ?? v));
        }
      },
    });
    this.inhabitants = Array.from({ length: options.members }, (_, i) => this.#settle(i));
  }

  /** Opens the server, and lets everybody begin. */
  begin(): void {
    this.server.start();
    for (const inhabitant of this.inhabitants) {
      const { member, habit } = inhabitant;
      const random = SeededRandom.derived(this.#options.seed, `life of ${member.name}`);
      const later = (pauseMs: number, act: () => void) =>
        this.#later(pauseMs, () => {
          inhabitant.disturbedAt = this.clock.now();
          act();
        });
      const onStop = (timersLeft: number) => this.#noteStop(member.name, timersLeft);
      new Life({ member, habit, random, later, onStop }).begin();
    }
    this.#later(0, () => this.#talk());
    this.#later(0, () => this.#write());
    this.#later(this.#options.hours * 30 * minute, () => this.#paste());
    if (this.#options.restarts > 0) this.#later(this.#untilRestart(), () => this.#restart());
  }

  /** Lets time pass, one event after the other. */
  async run(ms: number): Promise<void> {
    const end = this.clock.now() + ms;
    while (this.clock.step(end)) {
      await undefined; // what the event has set off goes on
      if (++this.events % eventsPerTurn === 0) await pause(systemClock, 0);
    }
    this.clock.advance(end - this.clock.now());
  }

  /** From now on nobody acts, though everything that is under way goes on; those who can be are here. */
  gather(): void {
    for (const timer of this.#timers) timer.cancel();
    this.#timers.clear();
    for (const { member, habit } of this.inhabitants) {
      member.wake();
      if (habit !== "ghost") member.start();
    }
  }

  /** Everybody leaves. */
  disperse(): void {
    for (const { member } of this.inhabitants) {
      if (member.isRunning) this.#noteStop(member.name, member.quit());
    }
  }

  /** Lets go of everybody, so that the memory shows what is left. */
  forgetInhabitants(): void {
    this.inhabitants = [];
    this.#known = [];
    this.#byName.clear();
  }

  /** Differs where anything has gone otherwise. */
  get digest(): string {
    const { clock, events, datagrams, room, letters } = this;
    return [clock.now(), events, datagrams.sent, room.said, room.shown, letters.delivered].join(
      " ",
    );
  }

  /** Who has been here, and undisturbed, for so long. */
  steadyFor(ms: number): Inhabitant[] {
    return this.present.filter(({ disturbedAt }) => this.clock.now() - disturbedAt >= ms);
  }

  get present(): Inhabitant[] {
    return this.inhabitants.filter(({ member }) => member.isRunning && !member.isAsleep);
  }

  // ------------------------------------------------------------------------------------ who there is

  #settle(index: number): Inhabitant {
    const { seed } = this.#options;
    const name = `m${index + 1}`;
    const random = SeededRandom.derived(seed, `member ${name}`);
    const history = random.oneIn(3) ? 50 : 0;
    const isTalker = random.below(5) > 1;
    const network = drawNetwork(random, index);
    const member: SimulatedMember = new SimulatedMember({
      name,
      clock: this.clock,
      random,
      network,
      datagrams: this.datagrams,
      server: this.server,
      makeSealer: ({ store }) => this.#standIn(store),
      history,
      onEvent: (event) => this.#take(name, event),
      onWelcome: (welcome, isFirst) => {
        this.room.welcome(name, welcome, isFirst, history);
        inhabitant.disturbedAt = this.clock.now();
        if (!this.#known.includes(inhabitant)) this.#known.push(inhabitant);
      },
      onFault: (error) => this.complaints.add("fault", String((error as Error)?.stack ?? error)),
    });
    const inhabitant = {
      member,
      habit: habitOf(index),
      isTalker,
      disturbedAt: 0,
      unnumbered: new Set<string>(),
    };
    this.#byName.set(name, inhabitant);
    return inhabitant;
  }

  #standIn(store: ClientStore): Sealer {
    const keyOf = (name: string) =>
      this.#byName.get(name)!.member.identity.signingKeyPair.publicKey;
    return new StandInSealer(store, keyOf, (to) => this.complaints.add("garbled letter", to));
  }

  #noteStop(name: string, timersLeft: number): void {
    this.room.stop(name);
    this.#byName.get(name)!.unnumbered.clear();
    if (timersLeft > 0) this.complaints.add("timers left by a client", `${name}: ${timersLeft}`);
  }

  // ---------------------------------------------------------------------------------- what they do

  /** A busy hour, a quiet one. */
  #talk(): void {
    const { messages, hours } = this.#options;
    const meanMs = hours * 60 * minute / messages;
    const tide = 1 + 0.9 * Math.sin(2 * Math.PI * this.clock.now() / dayMs * 3);
    this.#later(this.#exponential(meanMs / tide), () => this.#talk());
    if (!this.#random.oneIn(burstOneIn)) return this.#say();
    for (let n = 0; n < burstMessages; n++) {
      this.#later(this.#random.below(2_000), () => this.#say());
    }
  }

  #say(): void {
    const speakers = this.present.filter(({ isTalker }) => isTalker);
    if (speakers.length === 0) return;
    const isLong = this.#random.oneIn(longOneIn);
    this.#sayAs(this.#random.pick(speakers), this.#random.below(isLong ? 16_000 : 200));
  }

  #sayAs({ member, unnumbered }: Inhabitant, padding: number): void {
    const text = this.room.write(member.name, padding);
    unnumbered.add(text);
    member.say(text).then(
      ({ seq }) => {
        unnumbered.delete(text);
        this.room.number(text, seq);
      },
      (error) => this.#noteFailure("say", error),
    );
  }

  /** A page a second, by whoever is there. */
  #paste(page = 0): void {
    if (page === this.#options.novel) return;
    this.#later(1_000, () => this.#paste(page + 1));
    const speakers = this.present.filter(({ isTalker }) => isTalker);
    if (speakers.length > 0) this.#sayAs(speakers[0]!, 16_000);
  }

  #write(): void {
    const { letters, hours } = this.#options;
    this.#later(this.#exponential(hours * 60 * minute / letters), () => this.#write());
    const writers = this.present.filter(({ habit, isTalker }) => isTalker && habit !== "ghost");
    if (writers.length === 0 || this.#known.length < 2) return;
    const { member } = this.#random.pick(writers);
    const { member: addressee } = this.#random.pick(this.#known);
    const several = this.#random.oneIn(10) ? 5 : 1;
    if (addressee === member) return;
    for (let n = 0; n < several; n++) this.#tell(member, addressee.name);
  }

  #tell(member: SimulatedMember, to: string): void {
    const padding = this.#random.below(this.#random.oneIn(50) ? 12_000 : 300);
    const text = this.letters.write(member.name, to, padding);
    member.tell(to, text).then(
      () => this.letters.accept(text),
      (error) => {
        this.#noteFailure("tell", error);
        if (error.code !== "closed") this.letters.giveUp(text, error.code);
      },
    );
  }

  #noteFailure(what: string, { code }: { code: string }): void {
    this.#count(`${what} failed: ${code}`);
    if (code !== "closed") this.complaints.add(`${what} failed`, code);
  }

  #untilRestart(): number {
    const { hours, restarts } = this.#options;
    return this.#exponential(hours * 60 * minute / restarts);
  }

  #restart(): void {
    this.#count("server restarts");
    this.server.stop(this.#random.oneIn(2) ? "orderly" : "killed");
    for (const inhabitant of this.inhabitants) inhabitant.disturbedAt = this.clock.now();
    this.clock.after(this.#random.below(20_000), () => this.server.start());
    this.#later(minute + this.#untilRestart(), () => this.#restart());
  }

  // -------------------------------------------------------------------------------- what they are told

  #take(name: string, event: ClientEvent): void {
    if (event.kind === "disconnected" || event.kind === "reconnected") {
      this.#byName.get(name)!.disturbedAt = this.clock.now();
    }
    this.#count(event.kind === "disconnected" ? `disconnected: ${event.code}` : event.kind);
    switch (event.kind) {
      case "said":
        return this.room.show(name, event);
      case "repeated":
        return this.room.repeat(name, event);
      case "missing":
        return this.room.miss(name, event);
      case "reached":
        return this.#checkReach(name, event);
      case "told":
        this.#texts.set(`${event.from} ${event.id}`, event.text.split(" ", 1)[0]!);
        if (event.authenticity !== "signed") this.complaints.add("unsigned letter", event.from);
        return this.letters.show(name, event.from, event.text);
      case "delivered": {
        const key = `${name} ${event.id}`;
        const text = this.#texts.get(key);
        this.#texts.delete(key);
        if (text === undefined) return this.complaints.add("delivered though not shown", key);
        return this.letters.deliver(name, event.to, text);
      }
      case "undelivered":
      case "keyChanged":
      case "unreadable":
      case "overrun":
      case "closed":
      case "offered":
      case "transfer":
        return this.complaints.add(event.kind, `${name} ${JSON.stringify({ ...event, id: 0 })}`);
      case "caughtUp":
      case "joined":
      case "left":
      case "path":
      case "disconnected":
      case "reconnected":
        return;
      default:
        return event satisfies never;
    }
  }

  /** A member has a message a little before it shows it: it may have to ask first whose the author's name is. */
  #checkReach(author: string, event: Extract<ClientEvent, { kind: "reached" }>): void {
    if (this.room.haveShown(author, event)) return;
    this.#count("reached before it was shown");
    this.clock.after(showingMs, () => {
      if (this.room.haveShown(author, event)) return;
      this.complaints.add("reached though not shown", `${author} ${event.seq} ${event.count}`);
    });
  }

  #count(what: string): void {
    this.reports.set(what, (this.reports.get(what) ?? 0) + 1);
  }

  #later(pauseMs: number, act: () => void): void {
    const timer = this.clock.after(pauseMs, () => {
      this.#timers.delete(timer);
      act();
    });
    this.#timers.add(timer);
  }

  #exponential(meanMs: number): number {
    return -meanMs * Math.log(1 - this.#random.fraction());
  }
}

/** Fibre, a poor mobile link, and what is between. */
function drawNetwork(random: SeededRandom, index: number): MemberNetwork {
  const quality = random.fraction();
  const delayMs = 2 + 80 * quality ** 2;
  const udp = {
    isCut: random.oneIn(20),
    loss: 0.001 + 0.1 * quality ** 3,
    duplication: 0.005,
    reordering: 0.02,
    reorderingMs: 60,
    corruption: 0,
    delayMs,
    jitterMs: delayMs / 4,
  };
  const hostname = `192.0.2.${index % 250 + 1}`;
  return { hostname, udp, tcp: { delayMs, jitterMs: delayMs / 2 } };
}
