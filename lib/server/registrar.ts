import { timingSafeEqual } from "@std/crypto/timing-safe-equal";
import type { RefusedCode } from "../codec/mod.ts";
import { hashInvitation } from "./invitation.ts";
import type { Claimant, IdentityKeys, ServerStore } from "./store.ts";

/** Who may have a name that is nobody's yet: anybody, who has an invitation, or nobody. */
export type Registration = "open" | "invite" | "closed";

/** Knows whose a name is, and whose it may become: the first to use one owns it. */
export class Registrar {
  readonly #store: ServerStore;
  readonly #registration: Registration;

  constructor(store: ServerStore, registration: Registration) {
    this.#store = store;
    this.#registration = registration;
  }

  /** Whose the name is: the claimant's, somebody else's, or nobody's. */
  ownerOf(claimant: Claimant): "claimant" | "another" | "nobody" {
    const owner = this.#store.findOwner(claimant.key);
    if (!owner) return "nobody";
    return isSameIdentity(owner, claimant) ? "claimant" : "another";
  }

  /** Gives a name that is nobody's to the claimant, or says why not. */
  register(claimant: Claimant, invitation: string, now: number): RefusedCode | undefined {
    switch (this.#registration) {
      case "open":
        return this.#claim(claimant, now);
      case "invite":
        if (invitation === "") return "invitationNeeded";
        return this.#claim(claimant, now, hashInvitation(invitation));
      case "closed":
        return "registrationClosed";
      default:
        return this.#registration satisfies never;
    }
  }

  /** Why somebody who was let in may not stay, now that another process has changed the store. */
  objectionTo(claimant: Claimant): "banned" | "released" | undefined {
    if (this.#store.isBanned(claimant)) return "banned";
    return this.ownerOf(claimant) === "claimant" ? undefined : "released";
  }

  #claim(claimant: Claimant, now: number, invitationHash?: Uint8Array): RefusedCode | undefined {
    const outcome = this.#store.claim(claimant, now, invitationHash);
    switch (outcome) {
      case "claimed":
        return undefined;
      case "taken":
        return "nameTaken";
      case "invitationInvalid":
        return outcome;
      case "full":
        return "registrationClosed";
      default:
        return outcome satisfies never;
    }
  }
}

/** Whether both keys are the same. */
export function isSameIdentity(a: IdentityKeys, b: IdentityKeys): boolean {
  const isIdentity = timingSafeEqual(a.identityKey, b.identityKey);
  return timingSafeEqual(a.signingKey, b.signingKey) && isIdentity;
}
