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

  constructor(store: ClientStore) {
    this.#store = store;
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
    return version === 0 ? [change, ...this.#crowdedOut(name, change.key, now)] : [change];
  }

  #crowdedOut(name: string, newKey: string, now: number): Change[] {
    const oldestFirst = this.#store.keys(prefix).filter((key) => key !== newKey)
      .map((key) => ({ key, stored: this.#store.get(key)! }))
      .map(({ key, stored }) => ({
        key,
        version: stored.version,
        joinedAt: decode(stored.value).header.joinedAt,
      }))
      .sort((a, b) => a.joinedAt - b.joinedAt);
    const ofMember = oldestFirst.filter(({ key }) => key.startsWith(memberPrefix(name)));
    const tooMany = new Set([
      ...oldestFirst.slice(0, Math.max(0, oldestFirst.length + 1 - maxIncomingGroups)),
      ...ofMember.slice(0, Math.max(0, ofMember.length + 1 - maxIncomingGroupsPerMember)),
      ...oldestFirst.filter(({ joinedAt }) => now - joinedAt > incomingGroupLifeMs),
    ]);
    return [...tooMany].map(({ key, version }) => ({ key, version, value: undefined }));
  }
}

const prefix = "incomingGroup/";
/** No name has a slash. */
const memberPrefix = (name: string) => `${prefix}${name}/`;
const keyOf = (name: string, groupId: string) => `${memberPrefix(name)}${groupId}`;

function decode(value: Uint8Array) {
  const reader = new ByteReader(value);
  const joinedAt = reader.u53();
  const opened = Array.from({ length: reader.u8() }, () => reader.u64());
  const group = reader.bytes16();
  reader.end();
  return { header: { joinedAt, opened }, group };
}
