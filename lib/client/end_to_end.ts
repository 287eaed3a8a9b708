import type { Clock } from "../clock.ts";
import {
  type Content,
  decodeContent,
  decodeEnvelope,
  encodeContent,
  encodeEnvelope,
  type MessageId,
  ProtocolError,
  type Publish,
  type Published,
} from "../codec/mod.ts";
import { type Identity, mls } from "../crypto/mod.ts";
import { groupLifeMs, maxLostRaces, maxMessagesPerGroup } from "../limits.ts";
import { parseName } from "../registry/mod.ts";
import { isSameBytes } from "../same_bytes.ts";
import { type IncomingGroup, IncomingGroups } from "./incoming_groups.ts";
import { KeySupply } from "./key_supply.ts";
import { Lanes } from "./lanes.ts";
import { lostTooOften } from "./lost_too_often.ts";
import { type OutgoingGroup, OutgoingGroups } from "./outgoing_groups.ts";
import type { Change, ClientStore } from "./store.ts";

/** A member, and the key that it is known by. */
export interface Peer {
  readonly name: string;
  /** Ed25519, 32 bytes. */
  readonly signingKey: Uint8Array;
}

/** A content sealed, and the group that it was sealed in. */
export interface SealedEnvelope {
  readonly envelope: Uint8Array;
  readonly groupId: string;
}

/** What became of a content that was to be sealed. */
export type Sealed =
  | { readonly kind: "sealed" } & SealedEnvelope
  /** Nobody wants it any more: nothing was written. */
  | { readonly kind: "unwanted" }
  /** There is no group, or its keys have served enough: {@linkcode EndToEnd.begin} another one. */
  | { readonly kind: "keyPackageNeeded" };

/** What became of an envelope that was to be opened. */
export type Opened =
  | {
    readonly kind: "opened";
    readonly content: Content;
    /** As the author's credential says; its name passes for that of `from`. */
    readonly sender: Peer;
    /**
     * Writes down that it was opened; only then may it be acknowledged. `false`: another process holds the
     * store now, and gets it once more.
     */
    keep(): boolean;
    /** Leaves everything as it was. */
    drop(): void;
  }
  /** It was opened and kept before: acknowledge again, show nothing. */
  | { readonly kind: "repeated" }
  /** There is no group or key for it, or it was altered: its author has to send it anew. */
  | { readonly kind: "unreadable" };

/** What {@linkcode EndToEnd} needs. */
export interface EndToEndOptions {
  readonly identity: Identity;
  readonly store: ClientStore;
  readonly clock: Clock;
  /** Our name, as the server writes it now. */
  readonly name: () => string;
}

/**
 * Private messages, sealed by their author and opened by their addressee only.
 *
 * Each direction between two members has a group of its own, started by whoever writes with a key package of
 * the other's. New keys, a first message and the recovery from lost ones are all the same: a new group,
 * whose Welcome travels with its messages until one has arrived. Hence no message depends on another.
 */
export class EndToEnd {
  readonly #identity: Identity;
  readonly #clock: Clock;
  readonly #name: () => string;
  readonly #outgoing: OutgoingGroups;
  readonly #incoming: IncomingGroups;
  readonly #supply: KeySupply;
  readonly #store: ClientStore;
  readonly #writing = new Lanes();
  readonly #reading = new Lanes();
  readonly #supplying = new Lanes();

  constructor({ identity, store, clock, name }: EndToEndOptions) {
    this.#identity = identity;
    this.#store = store;
    this.#clock = clock;
    this.#name = name;
    this.#outgoing = new OutgoingGroups(store);
    this.#incoming = new IncomingGroups(store);
    this.#supply = new KeySupply(store);
  }

  /**
   * Seals for a member, in the order of the calls. When it answers, the store has gone on: what was sealed
   * may leave, and nothing else will be sealed with the same key.
   *
   * @param alongside what else is to be written in the same commit, as of when it is called, which may be more
   * than once; `undefined`: no envelope is wanted any more
   * @throws {StoreError} where the store can't be written
   */
  async seal(
    to: Peer,
    content: Content,
    alongside: (sealed: SealedEnvelope) => readonly Change[] | undefined = () => [],
  ): Promise<Sealed> {
    const name = keyOf(to.name);
    const plaintext = encodeContent(content);
    const leave = await this.#writing.enter(name);
    try {
      for (let lost = 0; lost < maxLostRaces; lost++) {
        const before = this.#outgoing.get(name);
        if (!before || !this.#serves(before, to)) return { kind: "keyPackageNeeded" };
        const { welcome } = before;
        const { group, message } = await mls.seal(before.group, plaintext, this.#me);
        const sealed = { envelope: encodeEnvelope({ welcome, message }), groupId: group.id };
        const further = alongside(sealed);
        if (!further) return { kind: "unwanted" };
        if (this.#outgoing.advance(name, before, group, further)) {
          return { kind: "sealed", ...sealed };
        } // otherwise another process has sealed
      }
      throw lostTooOften();
    } finally {
      leave();
    }
  }

  /**
   * Starts the group in which the next messages to a member are sealed.
   *
   * @returns `false` where `keyPackage` is not one that this member has signed
   */
  async begin(to: Peer, keyPackage: Uint8Array): Promise<boolean> {
    const name = keyOf(to.name);
    const leave = await this.#writing.enter(name);
    try {
      const { group, welcome } = await mls.startGroup(this.#me, keyPackage);
      if (!isSame(group.peer, to)) return false;
      this.#outgoing.begin(name, this.#clock.wallTime(), group, welcome);
      return true;
    } catch (error) {
      if (error instanceof ProtocolError) return false;
      throw error;
    } finally {
      leave();
    }
  }

  /** A message of this group has arrived: the next ones need no Welcome. */
  delivered(to: string, groupId: string): void {
    this.#outgoing.joined(keyOf(to), groupId);
  }

  /**
   * The member can't open what is sealed in this group: the next message takes a new one. Where that has
   * begun already, nothing happens: a hundred unreadable messages need one new group, not a hundred.
   *
   * @param groupId of the unreadable message; without it, whatever group there is
   */
  forget(to: string, groupId?: string): void {
    this.#outgoing.forget(keyOf(to), groupId);
  }

  /**
   * Opens what a member has sealed.
   *
   * Of each member one message is opened at a time, in the order of the calls: the next one waits until
   * `keep()` or `drop()` was called on this one. Until `keep()` nothing is written; whatever else was
   * opened may be opened again.
   *
   * @param from the author's name, as the server says
   * @param id of the message, as the server says
   */
  async open(from: string, id: MessageId, envelope: Uint8Array): Promise<Opened> {
    const parsed = parseName(from);
    if (parsed.kind === "notAName") return { kind: "unreadable" };
    const leaveLane = await this.#reading.enter(parsed.key);
    this.#incoming.hold(parsed.key);
    const leave = () => {
      this.#incoming.release(parsed.key);
      leaveLane();
    };
    let opened: Opened = { kind: "unreadable" };
    try {
      opened = await this.#open(parsed.key, id, envelope, leave);
    } catch (error) {
      if (!(error instanceof ProtocolError)) throw error;
    } finally {
      if (opened.kind !== "opened") leave();
    }
    return opened;
  }

  /**
   * What the server has to be given, now that it has this; kept before it is answered. What has outlived
   * its use is forgotten on the occasion.
   *
   * @throws {StoreError} where the store can't be written
   */
  async supply(published: Omit<Published, "kind">): Promise<Publish | undefined> {
    const leave = await this.#supplying.enter("");
    try {
      const now = this.#clock.wallTime();
      this.#incoming.forgetOutlived(now);
      return await this.#supply.replenish(published, this.#me, keyOf(this.#name()), now);
    } finally {
      leave();
    }
  }

  async #open(
    name: string,
    id: MessageId,
    envelope: Uint8Array,
    leave: () => void,
  ): Promise<Opened> {
    const { welcome, message } = decodeEnvelope(envelope);
    const groupId = await mls.groupIdOf(message);
    if (this.#incoming.hasOpened(name, id)) return { kind: "repeated" };
    const known = this.#incoming.get(name, groupId);
    const joined = known ? undefined : await this.#join(welcome, groupId);
    const before = known ?? joined?.incoming;
    if (!before || before.opened.length >= maxMessagesPerGroup) return { kind: "unreadable" };
    const sender = before.group.peer;
    const parsed = parseName(sender.name);
    if (parsed.kind === "notAName" || parsed.name !== sender.name || parsed.key !== name) {
      return { kind: "unreadable" };
    }
    const { group, plaintext } = await mls.open(before.group, message);
    const content = decodeContent(plaintext);
    if (content.id !== id) return { kind: "unreadable" };

    let isKept: boolean | undefined;
    const settle = (commit: () => boolean) => {
      if (isKept !== undefined) return isKept;
      try {
        return isKept = commit();
      } finally {
        isKept ??= false;
        leave();
      }
    };
    return {
      kind: "opened",
      content,
      sender,
      keep: () =>
        settle(() =>
          this.#store.commit([
            ...this.#incoming.advance(name, before, group, id, this.#clock.wallTime()),
            ...joined ? this.#supply.spend(joined.ref, groupId) : [],
          ])
        ),
      drop: () => void settle(() => false),
    };
  }

  async #join(
    welcome: Uint8Array,
    groupId: string,
  ): Promise<{ ref: string; incoming: IncomingGroup } | undefined> {
    if (welcome.length === 0) return undefined;
    const found = this.#supply.secretFor(await mls.welcomeRefs(welcome), groupId);
    if (!found) return undefined;
    const group = await mls.joinGroup(this.#me, welcome, found.secret);
    if (group.id !== groupId) return undefined;
    const joinedAt = this.#clock.wallTime();
    return { ref: found.ref, incoming: { joinedAt, opened: [], group, version: 0 } };
  }

  get #me(): mls.MlsIdentity {
    return { name: this.#name(), signingKeyPair: this.#identity.signingKeyPair };
  }

  #serves({ startedAt, group }: OutgoingGroup, to: Peer): boolean {
    const ageMs = Math.abs(this.#clock.wallTime() - startedAt);
    return isSame(group.peer, to) && mls.sealedIn(group) < maxMessagesPerGroup &&
      ageMs < groupLifeMs;
  }
}

/** By the name as others would mistake it, and by the key. */
function isSame(a: Peer, b: Peer): boolean {
  const name = parseName(a.name);
  return name.kind === "name" && name.key === keyOf(b.name) &&
    isSameBytes(a.signingKey, b.signingKey);
}

function keyOf(text: string): string {
  const name = parseName(text);
  if (name.kind === "notAName") throw new TypeError(`Cannot write to ${JSON.stringify(text)}`);
  return name.key;
}
