import type { SeededRandom } from "../testing/seeded_random.ts";
import { type Attack, newAttacker, pause } from "./attack.ts";
import { attackDatagrams } from "./datagram_attack.ts";
import { attackFrames } from "./frame_attack.ts";
import { attackHandshake } from "./handshake_attack.ts";

/** Each attack, and how many attackers carry it out at a time: as many as keep the server busy. */
const attacks: Readonly<Record<string, { readonly attack: Attack; readonly attackers: number }>> = {
  "tcp-handshake": { attack: attackHandshake, attackers: 48 },
  "tcp-frames": { attack: attackFrames, attackers: 8 },
  udp: { attack: attackDatagrams, attackers: 6 },
};

/** What there is to attack. */
export const modes: readonly string[] = Object.keys(attacks);

const reportPauseMs = 10_000;

/** Many attackers at a time. */
export class Campaign {
  readonly mistakes: string[] = [];
  readonly #crew: { readonly mode: string; readonly attack: () => Promise<number> }[] = [];
  readonly #counts = new Map<string, number>();

  constructor(modes: readonly string[], port: number, random: SeededRandom) {
    for (const mode of modes) {
      const { attack, attackers } = attacks[mode]!;
      for (let i = 0; i < attackers; i++) {
        const attacker = newAttacker(this.#crew.length, port, random);
        this.#crew.push({ mode, attack: () => attack(attacker) });
      }
    }
  }

  get summary(): string {
    return [...this.#counts].map(([mode, count]) => `${mode} ${count}`).join(", ");
  }

  async run(durationMs: number, report: () => Promise<void>): Promise<void> {
    const deadline = Date.now() + durationMs;
    const attacking = this.#crew.map(async ({ mode, attack }) => {
      while (Date.now() < deadline) {
        const cases = await attack().catch((error) => this.#note(error));
        this.#counts.set(mode, (this.#counts.get(mode) ?? 0) + cases);
        await pause(0); // the others, and the clock
      }
    });
    while (Date.now() < deadline) {
      await pause(Math.min(reportPauseMs, deadline - Date.now()));
      await report();
    }
    await Promise.all(attacking);
  }

  async #note(error: unknown): Promise<number> {
    this.mistakes.push(error instanceof Error ? error.stack ?? error.message : String(error));
    await pause(1_000); // where nobody listens any more, there is nothing to attack
    return 0;
  }
}
