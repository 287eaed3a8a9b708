import type { Repair } from "../codec/mod.ts";
import { maxWaitingRepairs } from "../limits.ts";
import type { Member } from "./member.ts";

/**
 * Requests for old messages that wait until their member's allowance suffices, or its connection has
 * drained. It goes on being read from meanwhile, so that pulling history slows nobody down in talking.
 */
export class WaitingRepairs {
  #requestsOf = new Map<Member, Repair[]>();

  /** Keeps a request, in the place of an older one for the same gap; whoever has too many asks again. */
  add(member: Member, request: Repair): void {
    const requests = this.#requestsOf.get(member) ?? [];
    const others = requests.filter(({ firstSeq }) => firstSeq !== request.firstSeq);
    if (others.length < maxWaitingRepairs) this.#requestsOf.set(member, [...others, request]);
  }

  /** Takes all of them out, but those of members that can't be answered any more. */
  take(): [Member, Repair][] {
    const requestsOf = this.#requestsOf;
    if (requestsOf.size === 0) return [];
    this.#requestsOf = new Map();
    return [...requestsOf].filter(([{ connection }]) => connection.isOpen)
      .flatMap(([member, requests]) =>
        requests.map((request): [Member, Repair] => [member, request])
      );
  }
}
