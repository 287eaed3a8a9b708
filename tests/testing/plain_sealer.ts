import type { Sealer } from "../../lib/client/core.ts";
import type { Opened, Sealed, SealedEnvelope } from "../../lib/client/end_to_end.ts";
import type { Change, ClientStore } from "../../lib/client/store.ts";
import {
  type Content,
  decodeContent,
  decodeEnvelope,
  encodeContent,
  encodeEnvelope,
  type MessageId,
  type Publish,
} from "../../lib/codec/mod.ts";

const none = new Uint8Array();

/** The signing key of whoever goes by this name in tests. */
export function signingKeyOf(name: string): Uint8Array<ArrayBuffer> {
  const key = new Uint8Array(32);
  new TextEncoder().encodeInto(name, key);
  return key;
}

/** The envelope that {@linkcode PlainSealer} makes. */
export function plainEnvelope(content: Content): Uint8Array<ArrayBuffer> {
  return encodeEnvelope({ welcome: none, message: encodeContent(content) });
}

/** What is in an envelope of {@linkcode PlainSealer}'s. */
export function contentOf(envelope: Uint8Array): Content {
  return decodeContent(decodeEnvelope(envelope).message);
}

/** End-to-end encryption that hides nothing: what goes in and out can be read by a test. */
export class PlainSealer implements Sealer {
  /** What was called, as `begin bia` and so on. */
  readonly calls: string[] = [];
  /** Whether groups have to be begun before anything is sealed in them. */
  needsKeyPackages = false;
  /** Whether key packages are taken for what they are said to be. */
  takesKeyPackages = true;
  /** Whether what is opened can be kept. */
  keeps = true;
  /** By which key messages are, otherwise {@linkcode signingKeyOf} their author. */
  senderKey: Uint8Array | undefined;
  publishes: Publish | undefined;
  /** What sealing and opening fail with. */
  fault: Error | undefined;
  readonly #groups = new Set<string>();
  #groupId = "group 0";
  readonly #kept = new Set<string>();
  readonly #store: ClientStore;

  /** @param store in which what is sealed is kept, by whoever has it sealed */
  constructor(store: ClientStore) {
    this.#store = store;
  }

  seal(
    to: { name: string },
    content: Content,
    alongside: (sealed: SealedEnvelope) => readonly Change[] | undefined,
  ): Promise<Sealed> {
    if (this.fault) return Promise.reject(this.fault);
    if (this.needsKeyPackages && !this.#groups.has(to.name)) {
      return Promise.resolve({ kind: "keyPackageNeeded" });
    }
    const sealed = { envelope: plainEnvelope(content), groupId: this.#groupId };
    for (;;) {
      const changes = alongside(sealed);
      if (!changes) return Promise.resolve({ kind: "unwanted" });
      if (this.#store.commit(changes)) return Promise.resolve({ kind: "sealed", ...sealed });
    }
  }

  begin(to: { name: string }): Promise<boolean> {
    this.calls.push(`begin ${to.name}`);
    this.#groups.add(to.name);
    return Promise.resolve(this.takesKeyPackages);
  }

  delivered(to: string, groupId: string): void {
    this.calls.push(`delivered ${to} ${groupId}`);
  }

  forget(to: string, groupId?: string): void {
    if (groupId !== undefined && groupId !== this.#groupId) return;
    this.calls.push(`forget ${to}`);
    this.#groups.delete(to);
    this.#groupId = `group ${this.calls.length}`;
  }

  async open(from: string, id: MessageId, envelope: Uint8Array): Promise<Opened> {
    if (this.fault) throw this.fault;
    await undefined;
    const key = `${id} ${from}`;
    if (this.#kept.has(key)) return { kind: "repeated" };
    try {
      const content = contentOf(envelope);
      const sender = { name: from, signingKey: this.senderKey ?? signingKeyOf(from) };
      const keep = () => {
        if (this.keeps) this.#kept.add(key);
        return this.keeps;
      };
      return { kind: "opened", content, sender, keep, drop: () => {} };
    } catch {
      return { kind: "unreadable" };
    }
  }

  supply(): Promise<Publish | undefined> {
    return Promise.resolve(this.publishes);
  }
}
