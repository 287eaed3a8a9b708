import type { Clock } from "../../lib/clock.ts";
import type { DatagramAddress } from "../../lib/transport/mod.ts";
import type { UdpProfile } from "./chaos_profile.ts";
import { drawFate } from "./datagram_fate.ts";
import type { SeededRandom } from "./seeded_random.ts";

/** Takes a datagram that has arrived. */
export type DatagramHandler = (datagram: Uint8Array, from: DatagramAddress) => void;

/** What one member's datagrams go through, in both directions. */
export interface DatagramWay {
  readonly random: SeededRandom;
  readonly profile: UdpProfile;
}

/** UDP between addresses in memory: datagrams are lost, doubled and late, and those to nobody vanish. */
export class SimulatedDatagrams {
  /** How many were sent. */
  sent = 0;
  readonly #clock: Clock;
  readonly #sockets = new Map<string, DatagramHandler>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Who listens at an address from now on. */
  open(address: DatagramAddress, handle: DatagramHandler): void {
    this.#sockets.set(keyOf(address), handle);
  }

  close(address: DatagramAddress): void {
    this.#sockets.delete(keyOf(address));
  }

  send(
    datagram: Uint8Array,
    from: DatagramAddress,
    to: DatagramAddress,
    { random, profile }: DatagramWay,
  ): void {
    this.sent++;
    for (const delayMs of drawFate(random, profile, datagram.length).delaysMs) {
      this.#clock.after(delayMs, () => this.#sockets.get(keyOf(to))?.(datagram, from));
    }
  }
}

function keyOf({ hostname, port }: DatagramAddress): string {
  return `${hostname} ${port}`;
}
