import { resumeMs } from "../limits.ts";
import type { BreakReason, LeftReason } from "./event.ts";
import type { Member } from "./member.ts";

export function isBreak(reason: LeftReason): reason is BreakReason {
  return reason === "connectionLost" || reason === "slowReader" || reason === "silence";
}

/**
 * Members whose connection has broken. Each stays in the room for {@linkcode resumeMs}, so that nobody
 * hears of a break that is mended by then:
 *
 * ```
 *             its connection breaks               its identity enters again
 * connected ────────────────────────▶ detached ─────────────────────────────▶ connected
 *                                        │ resumeMs over, the room is full, banned
 *                                        └─────────────────────────────────────▶ left
 * ```
 */
export class DetachedMembers {
  /** In the order in which their connections broke. */
  readonly #members = new Set<Member>();

  /** Who has been away the longest. */
  get longest(): Member | undefined {
    const [longest] = this.#members;
    return longest;
  }

  add(member: Member): void {
    this.#members.add(member);
  }

  /** Forgets one that is detached no more. */
  delete(member: Member): void {
    this.#members.delete(member);
  }

  /** Those that have been away for too long to be waited for. */
  overdue(now: number): Member[] {
    const members: Member[] = [];
    for (const member of this.#members) {
      if (now - member.detachment!.since < resumeMs) break; // the rest broke later still
      members.push(member);
    }
    return members;
  }
}
