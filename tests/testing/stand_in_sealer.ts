import type { Sealer } from "../../lib/client/core.ts";
import type { Opened, Sealed, SealedEnvelope } from "../../lib/client/end_to_end.ts";
import type { Change, ClientStore } from "../../lib/client/store.ts";
import {
  type Content,
  decodeContent,
  decodeEnvelope,
  type MessageId,
  type Publish,
  type Published,
} from "../../lib/codec/mod.ts";
import { plainEnvelope } from "./plain_sealer.ts";

/** Ids of opened messages remembered of each author: more than a server hands over twice. */
const rememberedIds = 2_048;
const supplyId = 1n;

/**
 * End-to-end encryption that hides nothing and costs nothing, for as many messages as one likes. One serves all
 * starts of a client, as its store would.
 */
export class StandInSealer implements Sealer {
  readonly #store: ClientStore;
  readonly #keyOf: (name: string) => Uint8Array;
  readonly #onUnreadable: (to: string) => void;
  readonly #opened = new Map<string, Set<MessageId>>();

  /**
   * @param keyOf whose signing key is whose
   * @param onUnreadable told of an addressee that couldn't open something, which here means that it was garbled
   */
  constructor(
    store: ClientStore,
    keyOf: (name: string) => Uint8Array,
    onUnreadable: (to: string) => void,
  ) {
    this.#onUnreadable = onUnreadable;
    this.#store = store;
    this.#keyOf = keyOf;
  }

  seal(
    _to: { name: string },
    content: Content,
    alongside: (sealed: SealedEnvelope) => readonly Change[] | undefined,
  ): Promise<Sealed> {
    const sealed = { envelope: plainEnvelope(content), groupId: "group" };
    for (;;) {
      const changes = alongside(sealed);
      if (!changes) return Promise.resolve({ kind: "unwanted" });
      if (this.#store.commit(changes)) return Promise.resolve({ kind: "sealed", ...sealed });
    }
  }

  begin(): Promise<boolean> {
    return Promise.resolve(true);
  }

  delivered(): void {}

  forget(to: string): void {
    this.#onUnreadable(to);
  }

  open(from: string, id: MessageId, envelope: Uint8Array): Promise<Opened> {
    const ids = this.#idsOf(from);
    if (ids.has(id)) return Promise.resolve({ kind: "repeated" });
    const content = decodeContent(decodeEnvelope(envelope).message);
    const keep = () => {
      ids.add(id);
      const [oldest] = ids;
      if (ids.size > rememberedIds) ids.delete(oldest!);
      return true;
    };
    const sender = { name: from, signingKey: this.#keyOf(from) };
    return Promise.resolve({ kind: "opened", content, sender, keep, drop: () => {} });
  }

  /** One last resort, which never changes. */
  supply({ supply }: Published): Promise<Publish | undefined> {
    if (supply === supplyId) return Promise.resolve(undefined);
    const lastResort = new Uint8Array(32);
    return Promise.resolve({ kind: "publish", supply: supplyId, lastResort, keyPackages: [] });
  }

  #idsOf(from: string): Set<MessageId> {
    const ids = this.#opened.get(from) ?? new Set();
    this.#opened.set(from, ids);
    return ids;
  }
}
