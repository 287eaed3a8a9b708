import type { Clock, Timer } from "../../lib/clock.ts";
import { closeQuietly, writeAll } from "../../lib/transport/byte_stream.ts";
import type { ChaosProfile, Direction } from "./chaos_profile.ts";
import type { SeededRandom } from "./seeded_random.ts";

/** So much is on its way in one direction at most; beyond it the sender has to wait. */
const maxBytesOnTheWay = 262_144;
const bufferBytes = 16_384;

/** What was read at once; without bytes it is the end of the stream. */
interface Piece {
  readonly bytes: Uint8Array<ArrayBuffer> | undefined;
  readonly dueAt: number;
}

/** One direction of a connection. */
interface Lane {
  readonly from: Deno.TcpConn;
  readonly to: Deno.TcpConn;
  readonly random: SeededRandom;
  readonly onTheWay: Piece[];
  bytesOnTheWay: number;
}

export interface ChaosStreamOptions {
  readonly clock: Clock;
  readonly profile: ChaosProfile;
  readonly randoms: Record<Direction, SeededRandom>;
  /** Told of bytes that are lost. */
  readonly onLoss: (direction: Direction, bytes: number) => void;
}

/** One TCP connection through a bad network, which `profile` describes at every moment. */
export class ChaosStream {
  /** Resolves when it is over. */
  readonly ended: Promise<void>;
  readonly #clock: Clock;
  readonly #profile: ChaosProfile;
  readonly #onLoss: ChaosStreamOptions["onLoss"];
  readonly #lanes: Record<Direction, Lane>;
  readonly #timers = new Set<Timer>();
  #changed = Promise.withResolvers<void>();
  /** Whether bytes of it were lost. */
  #isDamaged = false;
  #isOver = false;

  constructor(
    client: Deno.TcpConn,
    server: Deno.TcpConn,
    { clock, profile, randoms, onLoss }: ChaosStreamOptions,
  ) {
    this.#clock = clock;
    this.#profile = profile;
    this.#onLoss = onLoss;
    for (const conn of [client, server]) conn.setNoDelay(true);
    const shared = () => ({ onTheWay: [], bytesOnTheWay: 0 });
    this.#lanes = {
      up: { from: client, to: server, random: randoms.up, ...shared() },
      down: { from: server, to: client, random: randoms.down, ...shared() },
    };
    const directions = ["up", "down"] as const;
    const tasks = directions.flatMap((
      direction,
    ) => [this.#read(direction), this.#write(direction)]);
    this.ended = Promise.all(tasks).then(() => {});
  }

  /** Closes it for both sides, whatever is on its way. */
  reset(): void {
    this.#isOver = true;
    const { from, to } = this.#lanes.up;
    closeQuietly(from);
    closeQuietly(to);
    for (const timer of this.#timers) timer.cancel();
    this.#wake();
  }

  /** The profile is another now. */
  change(): void {
    const isCut = this.#profile.up.tcp.isCut || this.#profile.down.tcp.isCut;
    if (this.#isDamaged && !isCut) this.reset();
    else this.#wake();
  }

  async #read(direction: Direction): Promise<void> {
    const lane = this.#lanes[direction];
    const buffer = new Uint8Array(bufferBytes);
    for (let count: number | null = 0; count !== null && !this.#isOver;) {
      count = await lane.from.read(buffer).catch(() => null);
      const profile = this.#profile[direction].tcp;
      const isReset = lane.random.fraction() < profile.resets;
      const delayMs = profile.delayMs + lane.random.fraction() * profile.jitterMs;
      if (isReset) return this.reset();
      if (profile.isCut) {
        this.#isDamaged = true;
        this.#onLoss(direction, count ?? 0);
        continue;
      }
      const bytes = count === null ? undefined : buffer.slice(0, count);
      lane.onTheWay.push({ bytes, dueAt: this.#clock.now() + delayMs });
      lane.bytesOnTheWay += count ?? 0;
      this.#wake();
      while (lane.bytesOnTheWay > maxBytesOnTheWay && !this.#isOver) await this.#changed.promise;
    }
  }

  async #write(direction: Direction): Promise<void> {
    const lane = this.#lanes[direction];
    while (!this.#isOver) {
      const waitMs = this.#waitMs(direction);
      if (waitMs > 0) {
        await this.#sleep(waitMs);
        continue;
      }
      const { bytes } = lane.onTheWay.shift()!;
      if (!bytes) return this.reset(); // one side has closed it, and now the other learns of it
      try {
        await writeAll(lane.to, bytes);
      } catch {
        return this.reset();
      }
      lane.bytesOnTheWay -= bytes.length;
      this.#wake();
    }
  }

  /** How long until something can be written; Infinity where only a change can bring it about. */
  #waitMs(direction: Direction): number {
    const [next] = this.#lanes[direction].onTheWay;
    if (!next || this.#profile[direction].tcp.isStalled) return Infinity;
    return next.dueAt - this.#clock.now();
  }

  /** Until a time has passed, or something has changed. */
  async #sleep(waitMs: number): Promise<void> {
    if (waitMs === Infinity) return await this.#changed.promise;
    const { promise, resolve } = Promise.withResolvers<void>();
    const timer = this.#clock.after(waitMs, resolve);
    this.#timers.add(timer);
    await Promise.race([promise, this.#changed.promise]);
    timer.cancel();
    this.#timers.delete(timer);
  }

  #wake(): void {
    this.#changed.resolve();
    this.#changed = Promise.withResolvers();
  }
}
