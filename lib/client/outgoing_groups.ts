import { ByteReader, ByteWriter } from "../codec/mod.ts";
import { mls } from "../crypto/mod.ts";
import { maxLostRaces } from "../limits.ts";
import { lostTooOften } from "./lost_too_often.ts";
import type { Change, ClientStore } from "./store.ts";

/** The group in which we write to a member. */
export interface OutgoingGroup {
  readonly startedAt: number;
  readonly group: mls.MlsGroup;
  /** Goes with each message, until one is known to have arrived; then nothing. */
  readonly welcome: Uint8Array;
  readonly version: number;
}

const nothing = new Uint8Array(0);

/**
 * The groups in which we write, one a member, by the key of its name.
 *
 * The Welcome has a record of its own, since it is ten times as long as what changes with each message.
 */
export class OutgoingGroups {
  readonly #store: ClientStore;

  constructor(store: ClientStore) {
    this.#store = store;
  }

  get(name: string): OutgoingGroup | undefined {
    const stored = this.#store.get(groupKey(name));
    if (!stored) return undefined;
    const reader = new ByteReader(stored.value);
    const startedAt = reader.u53();
    const group = mls.decodeGroup(reader.bytes16());
    reader.end();
    const welcome = this.#welcome(name);
    const isWaited = welcome?.groupId === group.id;
    return {
      startedAt,
      group,
      welcome: isWaited ? welcome.bytes : nothing,
      version: stored.version,
    };
  }

  /** Puts a new group in the place of whatever there is. */
  begin(name: string, startedAt: number, group: mls.MlsGroup, welcome: Uint8Array): void {
    const writer = new ByteWriter(welcome.length + 64);
    writer.bytes8(Uint8Array.fromHex(group.id));
    writer.bytes16(welcome);
    this.#change(() => [
      this.#over(groupKey(name), encode(startedAt, group)),
      this.#over(welcomeKey(name), writer.written),
    ]);
  }

  /**
   * Goes on from `before` to `group`, and makes `further` changes at once with it; `false`, and nothing was
   * written, where somebody else has changed one of them meanwhile.
   */
  advance(
    name: string,
    before: OutgoingGroup,
    group: mls.MlsGroup,
    further: readonly Change[],
  ): boolean {
    const value = encode(before.startedAt, group);
    return this.#store.commit([
      { key: groupKey(name), value, version: before.version },
      ...further,
    ]);
  }

  /** The addressee has joined. */
  joined(name: string, groupId: string): void {
    this.#change(() =>
      this.#welcome(name)?.groupId === groupId ? [this.#over(welcomeKey(name), undefined)] : []
    );
  }

  /** Forgets the member's group, if it is this one. */
  forget(name: string, groupId = this.get(name)?.group.id): void {
    this.#change(() =>
      this.get(name)?.group.id !== groupId ? [] : [
        this.#over(groupKey(name), undefined),
        this.#over(welcomeKey(name), undefined),
      ]
    );
  }

  #welcome(name: string): { groupId: string; bytes: Uint8Array } | undefined {
    const stored = this.#store.get(welcomeKey(name));
    if (!stored) return undefined;
    const reader = new ByteReader(stored.value);
    return { groupId: reader.bytes8().toHex(), bytes: reader.bytes16() };
  }

  #over(key: string, value: Uint8Array | undefined): Change {
    return { key, value, version: this.#store.get(key)?.version ?? 0 };
  }

  /** Where another process writes at the same moment, there is a next moment. */
  #change(changes: () => Change[]): void {
    for (let lost = 0; lost < maxLostRaces; lost++) {
      const needed = changes().filter(({ value, version }) => value !== undefined || version !== 0);
      if (needed.length === 0 || this.#store.commit(needed)) return;
    }
    throw lostTooOften();
  }
}

const groupKey = (name: string) => `outgoingGroup/${name}`;
const welcomeKey = (name: string) => `outgoingWelcome/${name}`;

function encode(startedAt: number, group: mls.MlsGroup): Uint8Array {
  const writer = new ByteWriter(512);
  writer.u53(startedAt);
  writer.bytes16(mls.encodeGroup(group));
  return writer.written;
}
