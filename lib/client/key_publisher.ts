import type { Clock, Timer } from "../clock.ts";
import type { Publish, Published } from "../codec/mod.ts";
import { supplyPauseMs } from "../limits.ts";

export interface KeyPublisherOptions {
  readonly clock: Clock;
  /** What the server has to be given, now that it has this. */
  readonly supply: (published: Published) => Promise<Publish | undefined>;
  /** Sends over TCP, or nowhere while there is no connection. */
  readonly send: (publish: Publish) => void;
  /** Told of what this client can't go on from, such as a disk that is full. */
  readonly onFault: (error: unknown) => void;
}

/** Gives the server the keys that others need to write to us: where it lacks some, but not without end. */
export class KeyPublisher {
  readonly #options: KeyPublisherOptions;
  /** What the server has said last of our keys while it has to wait for more; `undefined` where it needn't. */
  #published: Published | undefined;
  #connections = 0;
  #pause: Timer | undefined;
  readonly #supplied = Promise.withResolvers<void>();

  constructor(options: KeyPublisherOptions) {
    this.#options = options;
  }

  /** Resolves once the server has all the keys that it needs for others to write to us. */
  get supplied(): Promise<void> {
    return this.#supplied.promise;
  }

  /** A new connection stands: what was published last may not have arrived. */
  restart(): void {
    this.#pause?.cancel();
    this.#published = undefined;
    this.#connections++;
  }

  /** The server says what it has of our keys. */
  take(published: Published): void {
    const before = this.#published;
    this.#published = published;
    if (!before) this.#replenish(published).catch(this.#options.onFault);
    else if (published.supply === before.supply) this.#supplied.resolve(); // it has arrived
  }

  /** There will be no other connection. */
  stop(): void {
    this.#pause?.cancel();
    this.#connections++;
  }

  /** Making keys takes a while, in which the server may say more than once that it lacks them. */
  async #replenish(published: Published): Promise<void> {
    const connection = this.#connections;
    const { kind, supply, left } = published;
    const publish = await this.#options.supply({ kind, supply, left });
    if (connection !== this.#connections) return; // the next one has asked for itself
    if (publish) return this.#publish(publish);
    this.#supplied.resolve();
    this.#heedNewest(published);
  }

  #publish(publish: Publish): void {
    const { send, clock } = this.#options;
    send(publish);
    const { supply, keyPackages: { length: left } } = publish;
    const expected = this.#published = { kind: "published", supply, left } as const;
    this.#pause = clock.after(supplyPauseMs, () => this.#heedNewest(expected));
  }

  /** Takes what the server has said since. */
  #heedNewest(heeded: Published): void {
    const newest = this.#published;
    this.#published = undefined;
    if (newest && newest !== heeded) this.take(newest);
  }
}
