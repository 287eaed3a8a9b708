import type { Identify, Publish } from "../codec/mod.ts";
import { keyPackagesLow, publishedBytesPerToken, publishTokens } from "../limits.ts";
import { parseName, type Registry } from "../registry/mod.ts";
import { DataDirError } from "./data_dir_error.ts";
import type { Member } from "./member.ts";
import type { Owner, ServerStore, TakenKeyPackage } from "./store.ts";

const nothing = new Uint8Array();

/** Says whose a name is, here or away, and hands out the key packages that owners leave behind. */
export class KeyDirectory {
  readonly #store: ServerStore;
  readonly #registry: Registry<Member>;
  readonly #reportFailure: (error: DataDirError) => void;

  /** @param reportFailure told of a disk that fails: nobody has to leave because of it */
  constructor(
    store: ServerStore,
    registry: Registry<Member>,
    reportFailure: (error: DataDirError) => void,
  ) {
    this.#store = store;
    this.#registry = registry;
    this.#reportFailure = reportFailure;
  }

  /** Answers {@linkcode Identify}. */
  identify(member: Member, { id, name, wantsKeyPackage }: Identify, now: number): void {
    const parsed = parseName(name);
    const owner = parsed.kind === "name" ? this.#store.findOwner(parsed.key) : undefined;
    if (!owner) return member.connection.send({ kind: "rejected", id, code: "unknownMember" });
    const keyPackage = wantsKeyPackage ? this.#takeKeyPackage(owner, member, now) : nothing;
    const { signingKey } = owner;
    member.connection.send({ kind: "identified", id, name: owner.name, signingKey, keyPackage });
  }

  /** Keeps what a member publishes, and tells it what there is; answers the cost in tokens. */
  publish(member: Member, { supply, lastResort, keyPackages }: Publish): number {
    const copies = keyPackages.map((each) => each.slice()); // views would keep their whole frame
    const bytes = copies.reduce((sum, { length }) => sum + length, lastResort.length);
    try {
      this.#store.publish(member.key, {
        supply,
        lastResort: lastResort.slice(),
        keyPackages: copies,
      });
      this.#tellPublished(member);
    } catch (error) {
      this.#survive(error); // told what there is, the member would only publish once more
    }
    return publishTokens + bytes / publishedBytesPerToken;
  }

  /** Somebody has come in: tells it what is left of its key packages, if the disk can say so. */
  enter(member: Member): void {
    try {
      this.#tellPublished(member);
    } catch (error) {
      this.#survive(error);
    }
  }

  /** Tells a member what is left of its key packages. */
  #tellPublished({ key, connection }: Member): void {
    connection.send({ kind: "published", ...this.#store.published(key) });
  }

  #takeKeyPackage({ key }: Owner, { author }: Member, now: number): Uint8Array {
    const taken = this.#take(key, author.mayUseUpKeyPackage(now));
    if (taken?.isUsedUp) this.#warnIfLow(key);
    return taken?.keyPackage ?? nothing;
  }

  #take(key: string, mayUseUp: boolean): TakenKeyPackage | undefined {
    try {
      return this.#store.takeKeyPackage(key, { mayUseUp });
    } catch (error) {
      this.#survive(error);
      return this.#store.takeKeyPackage(key, { mayUseUp: false }); // which only reads
    }
  }

  #warnIfLow(key: string): void {
    const owner = this.#registry.findByKey(key);
    if (owner && this.#store.published(key).left <= keyPackagesLow) this.#tellPublished(owner);
  }

  #survive(error: unknown): void {
    if (!(error instanceof DataDirError)) throw error;
    this.#reportFailure(error);
  }
}
