import { ByteReader, ByteWriter, type MessageId } from "../codec/mod.ts";
import { mls } from "../crypto/mod.ts";
import { incomingGroupLifeMs, maxIncomingGroups, maxIncomingGroupsPerMember } from "../limits.ts";
import type { Change, ClientStore } from "./store.ts";

/** A group in which a member writes to us. */
export interface IncomingGroup {
  readonly joinedAt: number;
  /** What was opened in it, and shown. */
  readonly opened: readonly MessageId[];
  readonly group: mls.MlsGroup;
  /** 0 for a group that isn't kept yet. */
  readonly version: number;
}

/** The groups in which others write to us, by the key of the author's name and the group's id. */
export class IncomingGroups {
  readonly #store: ClientStore;
  /** Of whom a message is being opened. */
  readonly #held = new Set<string>();

  constructor(store: ClientStore) {
    this.#store = store;
  }

  /** Keeps a member's groups from being dropped by another's message, until they are released. */
  hold(name: string): void {
    this.#held.add(name);
  }

  release(name: string): void {
    this.#held.delete(name);
  }

  get(name: string, groupId: string): IncomingGroup | undefined {
    const stored = this.#store.get(keyOf(name, groupId));
    if (!stored) return undefined;
    const { header, group } = decode(stored.value);
    return { ...header, group: mls.decodeGroup(group), version: stored.version };
  }

  /** Whether a message with this id was opened in any of the member's groups. */
  hasOpened(name: string, id: MessageId): boolean {
    return this.#store.keys(memberPrefix(name)).some((key) =>
      decode(this.#store.get(key)!.value).header.opened.includes(id)
    );
  }

  /**
   * What has to be written once `id` was opened in a group that is now `group`.
   *
   * @param now drops groups that are too old or too many, where the group is a new one
   */
  advance(
    name: string,
    before: IncomingGroup,
    group: mls.MlsGroup,
    id: MessageId,
    now: number,
  ): Change[] {
    const writer = new ByteWriter(1_024);
    writer.u53(before.joinedAt);
    writer.u8(before.opened.length + 1);
    for (const opened of [...before.opened, id]) writer.u64(opened);
    writer.bytes16(mls.encodeGroup(group));
    const { version } = before;
    const change = { key: keyOf(name, group.id), value: writer.written, version };
    return version === 0 ? [change, ...this.#crowdedOut(name, now)] : [change];
  }

  /** Forgets groups that are too old. */
  forgetOutlived(now: number): void {
    const outlived = this.#oldestFirst().filter((group) => isOutlived(group, now));
    if (outlived.length > 0) this.#store.commit(outlived.map(deletion));
  }

  #crowdedOut(name: string, now: number): Change[] {
    const oldestFirst = this.#oldestFirst(name);
    const ofMember = oldestFirst.filter(({ key }) => key.startsWith(memberPrefix(name)));
    const tooMany = new Set([
      ...oldestFirst.slice(0, Math.max(0, oldestFirst.length + 1 - maxIncomingGroups)),
      ...ofMember.slice(0, Math.max(0, ofMember.length + 1 - maxIncomingGroupsPerMember)),
      ...oldestFirst.filter((group) => isOutlived(group, now)),
    ]);
    return [...tooMany].map(deletion);
  }

  /** Without those of other members that are held. */
  #oldestFirst(name?: string): Kept[] {
    return this.#store.keys(prefix)
      .filter((key) => memberOf(key) === name || !this.#held.has(memberOf(key)))
      .map((key) => {
        const { value, version } = this.#store.get(key)!;
        return { key, version, joinedAt: decode(value).header.joinedAt };
      })
      .sort((a, b) => a.joinedAt - b.joinedAt);
  }
}

interface Kept {
  readonly key: string;
  readonly version: number;
  readonly joinedAt: number;
}

function isOutlived({ joinedAt }: Kept, now: number): boolean {
  return now - joinedAt > incomingGroupLifeMs;
}

function deletion({ key, version }: Kept): Change {
  return { key, version, value: undefined };
}

const prefix = "incomingGroup/";
/** No name has a slash. */
const memberPrefix = (name: string) => `${prefix}${name}/`;
const memberOf = (key: string) => key.slice(prefix.length, key.lastIndexOf("/"));
const keyOf = (name: string, groupId: string) => `${memberPrefix(name)}${groupId}`;

function decode(value: Uint8Array) {
  const reader = new ByteReader(value);
  const joinedAt = reader.u53();
  const opened = Array.from({ length: reader.u8() }, () => reader.u64());
  const group = reader.bytes16();
  reader.end();
  return { header: { joinedAt, opened }, group };
}
