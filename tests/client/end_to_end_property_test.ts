/**
 * Two clients, a server that hands on what it likes when it likes, and processes that die at any moment.
 *
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { decodeEnvelope } from "../../lib/codec/mod.ts";
import { mls } from "../../lib/crypto/mod.ts";
import { groupLifeMs } from "../../lib/limits.ts";
import { content, Correspondent } from "../testing/end_to_end_pair.ts";
import { hex } from "../testing/hex.ts";
import { SnapshotStore } from "../testing/snapshot_store.ts";

/** The process is gone; only what was committed is left. */
class Death extends Error {
  constructor(readonly who: Correspondent, readonly store: SnapshotStore) {
    super("died");
  }
}

/** When a client dies: at its first or a later commit, just before or just after it. */
interface Fate {
  readonly commit: number;
  readonly isAfter: boolean;
}

type Act =
  | { readonly kind: "write"; readonly author: number; readonly fate: Fate | null }
  | {
    readonly kind: "deliver";
    readonly pick: number;
    readonly outcome: "handled" | "lostBefore" | "diesBeforeKeep" | "diesBeforeAck";
    readonly fate: Fate | null;
  }
  | { readonly kind: "age" }
  | { readonly kind: "restart" | "lose"; readonly who: number };

/** A private message, from its writing to its delivery. */
interface Letter {
  readonly id: bigint;
  readonly author: Correspondent;
  readonly addressee: Correspondent;
  /** What the server has of it: every copy that ever left may still arrive. */
  readonly copies: { envelope: Uint8Array; groupId: string }[];
  timesKept: number;
  isAcknowledged: boolean;
}

class World {
  readonly #members = [new Correspondent("ana"), new Correspondent("bia")] as const;
  readonly #letters: Letter[] = [];
  /** Secrets of all key packages that ever were, and the groups into which they have led. */
  readonly #secrets = new Map<string, { owner: Correspondent; secret: Uint8Array }>();
  readonly #spareGroups = new Map<string, mls.MlsGroup>();
  readonly #sealedWith = new Map<string, string>();

  async begin(): Promise<void> {
    for (const member of this.#members) await this.#connect(member);
  }

  async act(act: Act): Promise<void> {
    switch (act.kind) {
      case "write": {
        const author = this.#members[act.author]!;
        const addressee = this.#members[1 - act.author]!;
        const id = BigInt(this.#letters.length);
        const letter: Letter = {
          id,
          author,
          addressee,
          copies: [],
          timesKept: 0,
          isAcknowledged: false,
        };
        this.#letters.push(letter);
        return await this.#mortally(author, act.fate, () => this.#seal(letter));
      }
      case "deliver": {
        const letter = this.#letters[act.pick % Math.max(1, this.#letters.length)];
        if (!letter) return;
        const { addressee } = letter;
        return await this.#mortally(
          addressee,
          act.fate,
          () => this.#deliver(letter, act.pick, act.outcome),
        );
      }
      case "age":
        for (const { clock } of this.#members) clock.advance(groupLifeMs / 2);
        return;
      case "restart":
        this.#members[act.who]!.restart();
        return await this.#connect(this.#members[act.who]!);
      case "lose": {
        const loser = this.#members[act.who]!;
        loser.restart(new SnapshotStore());
        // whoever has forgotten what it has seen sees it again
        for (const letter of this.#letters) if (letter.addressee === loser) letter.timesKept = 0;
        return await this.#connect(loser);
      }
      default:
        act satisfies never;
    }
  }

  /** Lets the server hand on what is left, until there is nothing. */
  async end(): Promise<void> {
    for (const author of [0, 1]) await this.act({ kind: "write", author, fate: null });
    for (let round = 0; round < 4; round++) {
      for (const letter of this.#letters.filter(({ isAcknowledged }) => !isAcknowledged)) {
        if (letter.copies.length === 0) await this.#seal(letter);
        await this.#deliver(letter, letter.copies.length - 1, "handled");
      }
    }
    for (const { id, timesKept, isAcknowledged } of this.#letters) {
      assert(isAcknowledged, `letter ${id} never arrived`);
      assert(timesKept <= 1, `letter ${id} was opened ${timesKept} times`);
    }
  }

  async #seal(letter: Letter): Promise<void> {
    const { author, addressee, id } = letter;
    const { endToEnd } = author;
    const sealed = await author.seal(addressee, content(id));
    if (author.endToEnd !== endToEnd) return; // it died meanwhile, so nothing left
    await this.#checkKeyIsNew(addressee, sealed.envelope);
    letter.copies.push(sealed);
  }

  async #deliver(
    letter: Letter,
    pick: number,
    outcome: Extract<Act, { kind: "deliver" }>["outcome"],
  ): Promise<void> {
    const { author, addressee, id } = letter;
    const copy = letter.copies[pick % Math.max(1, letter.copies.length)];
    if (!copy || outcome === "lostBefore") return;
    const { endToEnd, store } = addressee;
    const opened = await endToEnd.open(author.name, id, copy.envelope);
    const isDead = addressee.endToEnd !== endToEnd;
    // nothing is dropped by the dead, but the test waits for those that wait for them
    if (opened.kind === "opened" && (isDead || outcome === "diesBeforeKeep")) opened.drop();
    if (isDead) return;
    switch (opened.kind) {
      case "opened": {
        assertEquals(opened.content, content(id));
        assertEquals(opened.sender, author.peer);
        if (outcome === "diesBeforeKeep") throw new Death(addressee, store);
        const { commits } = store;
        try {
          assert(opened.keep(), "nobody else has this store");
        } finally {
          if (store.commits > commits) letter.timesKept++;
        }
        break;
      }
      case "repeated":
        assert(letter.timesKept === 1, `letter ${id} was never opened`);
        break;
      case "unreadable":
        if (letter.isAcknowledged) return;
        author.endToEnd.forget(addressee.name, copy.groupId);
        return await this.#seal(letter);
      default:
        opened satisfies never;
    }
    if (outcome === "diesBeforeAck") throw new Death(addressee, store);
    letter.isAcknowledged = true;
    author.endToEnd.delivered(addressee.name, copy.groupId);
  }

  /** Lets a client die as it is fated, and start again. */
  async #mortally(who: Correspondent, fate: Fate | null, act: () => Promise<void>): Promise<void> {
    const { store } = who;
    let left = fate?.commit ?? Infinity;
    const dieIf = (isNow: boolean) => {
      if (isNow) throw new Death(who, store);
    };
    if (fate) {
      store.beforeCommit = () => dieIf(left < 0 || (!fate.isAfter && left === 0));
      store.afterCommit = () => dieIf(--left < 0 && fate.isAfter);
    }
    try {
      await act();
    } catch (error) {
      await this.#connect(this.#bury(error));
    } finally {
      store.beforeCommit = store.afterCommit = () => {};
    }
  }

  /** What still runs of the dead process writes into a store that nobody reads any more. */
  #bury(error: unknown): Correspondent {
    if (!(error instanceof Death)) throw error;
    if (error.who.store === error.store) error.who.restart();
    return error.who;
  }

  async #connect(member: Correspondent): Promise<void> {
    for (let isConnected = false; !isConnected;) {
      const { endToEnd } = member;
      try {
        await member.replenish();
        isConnected = member.endToEnd === endToEnd;
      } catch (error) {
        this.#bury(error);
      }
    }
    for (const key of member.store.keys("keyPackage/")) {
      const ref = key.slice("keyPackage/".length);
      const { value } = member.store.get(key)!;
      const length = new DataView(value.buffer).getUint16(16); // behind batch and time
      this.#secrets.set(ref, { owner: member, secret: value.slice(18, 18 + length) });
    }
  }

  /** No key of a group's ratchet protects two messages that leave. */
  async #checkKeyIsNew(addressee: Correspondent, envelope: Uint8Array): Promise<void> {
    const { welcome, message } = decodeEnvelope(envelope);
    const groupId = await mls.groupIdOf(message);
    const group = this.#spareGroups.get(groupId) ?? await this.#spareGroup(addressee, welcome);
    this.#spareGroups.set(groupId, group);
    const copy = mls.decodeGroup(mls.encodeGroup(group));
    const { group: next } = await mls.open(copy, message);
    const key = `${groupId} ${next.chain.ratchet.generation}`;
    assert(!this.#sealedWith.has(key), `two messages under ${key}`);
    this.#sealedWith.set(key, hex(message));
  }

  async #spareGroup(addressee: Correspondent, welcome: Uint8Array): Promise<mls.MlsGroup> {
    const [ref] = await mls.welcomeRefs(welcome);
    const { owner, secret } = this.#secrets.get(ref!)!;
    assert(owner === addressee);
    const { name, identity: { signingKeyPair } } = addressee;
    return await mls.joinGroup({ name, signingKeyPair }, welcome, secret);
  }
}

const member = fc.constantFrom(0, 1);
const fate = fc.option(fc.record({ commit: fc.nat(2), isAfter: fc.boolean() }), { freq: 3 });
const write = fc.record({ kind: fc.constant("write" as const), author: member, fate });
const deliver = fc.record({
  kind: fc.constant("deliver" as const),
  pick: fc.nat(99),
  outcome: fc.constantFrom("handled", "handled", "lostBefore", "diesBeforeKeep", "diesBeforeAck"),
  fate,
});
const act: fc.Arbitrary<Act> = fc.oneof(
  { weight: 8, arbitrary: write },
  { weight: 12, arbitrary: deliver },
  { weight: 1, arbitrary: fc.constant({ kind: "age" as const }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("restart" as const), who: member }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("lose" as const), who: member }) },
);
/** What stands together happens at the same moment. */
const history = fc.array(fc.array(act, { minLength: 1, maxLength: 4 }), {
  minLength: 5,
  maxLength: 30,
  size: "max",
});

Deno.test("EndToEnd shows each message once and uses each key once, whatever happens", async () => {
  await fc.assert(
    fc.asyncProperty(history, async (moments) => {
      const world = new World();
      await world.begin();
      for (const moment of moments) await Promise.all(moment.map((act) => world.act(act)));
      await world.end();
    }),
    { seed: 7_700, numRuns: 25, endOnFailure: true },
  );
});
