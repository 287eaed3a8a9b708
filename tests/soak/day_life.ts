import type { SeededRandom } from "../testing/seeded_random.ts";
import type { SimulatedMember } from "../testing/simulated_member.ts";

const second = 1_000;
const minute = 60 * second;
const hour = 60 * minute;

/** How a member spends its day. */
export type Habit =
  /** Always there; now and then its program or its network fails. */
  | "resident"
  /** Comes and goes, by the minute or by the hour. */
  | "visitor"
  /** Closes the lid of its laptop for minutes, or for the night. */
  | "sleeper"
  /** A phone: other addresses, other networks, a program that the system kills. */
  | "roamer"
  /** Comes once, and never again. */
  | "ghost";

const habits: readonly Habit[] = [
  "resident",
  "visitor",
  "sleeper",
  "visitor",
  "roamer",
  "sleeper",
  "visitor",
  "resident",
  "visitor",
  "ghost",
];

/** The habit of the how manieth member. */
export function habitOf(index: number): Habit {
  return habits[index % habits.length]!;
}

/** What drives a member: after each pause something happens to it. */
export interface LifeOptions {
  readonly member: SimulatedMember;
  readonly habit: Habit;
  readonly random: SeededRandom;
  /** Calls back after a pause, for as long as the day lasts. */
  readonly later: (pauseMs: number, act: () => void) => void;
  readonly onStop: (timersLeft: number) => void;
}

/** Lets a member live by its habit. */
export class Life {
  readonly #options: LifeOptions;

  constructor(options: LifeOptions) {
    this.#options = options;
  }

  begin(): void {
    switch (this.#options.habit) {
      case "resident":
        this.#after(0, 10 * minute, () => this.#start());
        this.#again(hour, 12 * hour, () => this.#restart());
        return this.#again(hour, 8 * hour, () => this.#options.member.roam());
      case "visitor":
        return this.#after(0, 3 * hour, () => this.#visit());
      case "sleeper":
        this.#after(0, hour, () => this.#start());
        return this.#after(hour, 3 * hour, () => this.#sleep());
      case "roamer":
        this.#after(0, hour, () => this.#start());
        this.#again(minute, hour, () => this.#options.member.remap());
        this.#again(5 * minute, 3 * hour, () => this.#options.member.roam());
        return this.#again(hour, 6 * hour, () => this.#restart());
      case "ghost":
        return this.#after(0, 3 * hour, () => {
          this.#start();
          this.#after(5 * minute, hour, () => this.#stop());
        });
    }
  }

  #start(): void {
    this.#options.member.start();
  }

  #stop(): void {
    const { member, random, onStop } = this.#options;
    if (!member.isRunning) return;
    if (random.oneIn(3)) {
      member.kill();
      onStop(0);
    } else onStop(member.quit());
  }

  #restart(): void {
    this.#stop();
    this.#after(second, 2 * minute, () => this.#start());
  }

  #visit(): void {
    this.#start();
    this.#after(second, 4 * hour, () => {
      this.#stop();
      this.#after(5 * second, 4 * hour, () => this.#visit());
    });
  }

  #sleep(): void {
    const { member, random } = this.#options;
    member.sleep();
    this.#after(10 * second, 14 * hour, () => {
      member.wake(random.oneIn(2));
      this.#after(2 * minute, 3 * hour, () => this.#sleep());
    });
  }

  #again(shortestMs: number, longestMs: number, act: () => void): void {
    this.#after(shortestMs, longestMs, () => {
      act();
      this.#again(shortestMs, longestMs, act);
    });
  }

  /** After a pause of any order of magnitude between the two. */
  #after(shortestMs: number, longestMs: number, act: () => void): void {
    const { random, later } = this.#options;
    const shortest = Math.max(second, shortestMs);
    later(shortest * (longestMs / shortest) ** random.fraction(), act);
  }
}
