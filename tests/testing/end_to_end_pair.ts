import type { Clock } from "../../lib/clock.ts";
import { EndToEnd, type Opened, type Peer } from "../../lib/client/end_to_end.ts";
import type { Content, Publish } from "../../lib/codec/mod.ts";
import { generateIdentity, type Identity } from "../../lib/crypto/mod.ts";
import { ManualClock } from "./manual_clock.ts";
import { SnapshotStore } from "./snapshot_store.ts";
import { textContent } from "./contents.ts";

/** A client's end-to-end part, with what a server would hand out of it. */
export class Correspondent {
  readonly identity: Identity;
  readonly clock: Clock & { advance(ms: number): void };
  store: SnapshotStore;
  endToEnd: EndToEnd;
  /** The key packages that the server has. */
  published: Publish = {
    kind: "publish",
    supply: 0n,
    lastResort: new Uint8Array(0),
    keyPackages: [],
  };

  constructor(
    public name: string,
    options: { identity?: Identity; store?: SnapshotStore; clock?: ManualClock } = {},
  ) {
    this.identity = options.identity ?? generateIdentity();
    this.clock = options.clock ?? new ManualClock();
    this.store = options.store ?? new SnapshotStore();
    this.endToEnd = this.#open();
  }

  get peer(): Peer {
    return { name: this.name, signingKey: this.identity.signingKeyPair.publicKey };
  }

  /** As after the death of the process: only the store is left. */
  restart(store = this.store): void {
    this.store = new SnapshotStore(store);
    this.endToEnd = this.#open();
  }

  /** Tells what the server has, and lets it have what it is given. */
  async replenish(): Promise<Publish | undefined> {
    const { supply, keyPackages } = this.published;
    const { endToEnd } = this;
    const publish = await endToEnd.supply({ supply, left: keyPackages.length });
    if (publish && endToEnd === this.endToEnd) this.take(publish);
    return publish;
  }

  /** What the server does with a publication. */
  take(publish: Publish): void {
    const isAnother = publish.supply !== this.published.supply;
    const { lastResort, keyPackages } = this.published;
    this.published = {
      ...publish,
      lastResort: publish.lastResort.length > 0 || isAnother ? publish.lastResort : lastResort,
      keyPackages: isAnother ? publish.keyPackages : [...keyPackages, ...publish.keyPackages],
    };
  }

  /** What the server hands out to whoever asks for a key package. */
  handOut(): Uint8Array {
    const [first, ...rest] = this.published.keyPackages;
    if (!first) return this.published.lastResort;
    this.published = { ...this.published, keyPackages: rest };
    return first;
  }

  /** Seals for `to`, with a new group where one is needed. */
  async seal(
    to: Correspondent,
    content: Content,
  ): Promise<{ envelope: Uint8Array; groupId: string }> {
    for (;;) {
      const sealed = await this.endToEnd.seal(to.peer, content);
      if (sealed.kind === "sealed") return sealed;
      if (!await this.endToEnd.begin(to.peer, to.handOut())) throw new Error("no key package");
    }
  }

  #open(): EndToEnd {
    return new EndToEnd({
      identity: this.identity,
      store: this.store,
      clock: this.clock,
      name: () => this.name,
    });
  }
}

/** ana and bia, each with key packages at the server. */
export async function correspondents(): Promise<{ ana: Correspondent; bia: Correspondent }> {
  const [ana, bia] = [new Correspondent("ana"), new Correspondent("bia")];
  await Promise.all([ana.replenish(), bia.replenish()]);
  return { ana, bia };
}

/** A content with this id, and a text that names it. */
export function content(id: bigint): Content {
  return textContent(id, 1_700_000_000_000, `Olá, ${id}!`);
}

/** What was opened, which must have been. */
export function assertOpened(opened: Opened): Extract<Opened, { kind: "opened" }> {
  if (opened.kind !== "opened") throw new Error(`Expected it to be opened: it is ${opened.kind}`);
  return opened;
}
