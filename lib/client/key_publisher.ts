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
  /** What the server has said of our keys while it has to wait for more; `undefined` where it needn't. */
  #published: Published | undefined;
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
  }

  /** The server says what it has of our keys. */
  take(published: Published): void {
    if (!this.#published) {
      this.#replenish(published).catch(this.#options.onFault);
      return;
    }
    if (published.supply === this.#published.supply) this.#supplied.resolve(); // it has arrived
    this.#published = published; // for when the pause is over
  }

  /** There will be no other connection. */
  stop(): void {
    this.#pause?.cancel();
  }

  async #replenish(published: Published): Promise<void> {
    const { kind, supply, left } = published;
    const publish = await this.#options.supply({ kind, supply, left });
    if (publish) this.#publish(publish);
    else this.#supplied.resolve();
  }

  #publish(publish: Publish): void {
    const { send, clock } = this.#options;
    send(publish);
    const { supply, keyPackages: { length: left } } = publish;
    const expected = this.#published = { kind: "published", supply, left } as const;
    this.#pause = clock.after(supplyPauseMs, () => {
      const newest = this.#published;
      this.#published = undefined;
      if (newest && newest !== expected) this.take(newest);
    });
  }
}
