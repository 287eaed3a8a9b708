import { assert, assertEquals } from "@std/assert";
import { maxKeyPackagesPerOwner, touchEveryMs } from "../../lib/limits.ts";
import type { ServerStore } from "../../lib/server/store.ts";
import { claimant, keyPackages } from "../testing/owners.ts";
import { promise } from "./every_store.ts";

const ana = claimant("Ana", 1);
const bia = claimant("bia", 2);
const hash = new Uint8Array(32).fill(9);
const otherHash = new Uint8Array(32).fill(8);

/** What whoever writes to Ana is given. */
function take(store: ServerStore, mayUseUp = true): string | undefined {
  const taken = store.takeKeyPackage(ana.key, { mayUseUp });
  if (!taken) return undefined;
  const text = new TextDecoder().decode(taken.keyPackage);
  return taken.isUsedUp ? text : `${text} again`;
}

promise("binds a name to its owner", (store) => {
  assertEquals(store.findOwner(ana.key), undefined);
  assertEquals(store.claim(ana, 1_700_000_000_000), "claimed");
  assertEquals(store.findOwner(ana.key), {
    ...ana,
    claimedAt: 1_700_000_000_000,
    lastSeenAt: 1_700_000_000_000,
    isBanned: false,
  });
  assertEquals(store.findOwner("Ana"), undefined); // only by its key
});

promise("gives a name to one owner only", (store) => {
  store.claim(ana, 1);
  assertEquals(store.claim({ ...bia, key: ana.key }, 2), "taken");
  assertEquals(store.findOwner(ana.key)?.identityKey, ana.identityKey);
});

promise("lists owners in the order in which they came", (store) => {
  for (const each of [bia, ana]) store.claim(each, 1);
  store.touch(bia.key, "bia", 2);
  assertEquals(store.owners().map(({ name }) => name), ["bia", "Ana"]);
});

promise("takes no more names than it may hold", (store) => {
  store.addInvitation(hash, 1);
  for (const each of [ana, bia, claimant("caio", 3)]) assertEquals(store.claim(each, 1), "claimed");
  const davi = claimant("davi", 4);
  assertEquals(store.claim(davi, 1, hash), "full");
  store.release(ana.key);
  assertEquals(store.claim(davi, 1, hash), "claimed"); // the invitation had not been used up
});

promise("remembers when an owner was here, and how it writes its name", (store) => {
  store.claim(ana, 1);
  store.touch(ana.key, "ANA", 5);
  const owner = store.findOwner(ana.key);
  assertEquals([owner?.name, owner?.claimedAt, owner?.lastSeenAt], ["ANA", 1, 5]);
});

promise("notes to the minute when an owner was here", (store) => {
  store.claim(ana, 1);
  const lastSeenAt = (now: number) => {
    store.touch(ana.key, ana.name, now);
    return store.findOwner(ana.key)?.lastSeenAt;
  };
  assertEquals(lastSeenAt(touchEveryMs), 1);
  assertEquals(lastSeenAt(touchEveryMs + 1), touchEveryMs + 1);
});

promise("sets a name free, with its owner's key packages", (store) => {
  store.claim(ana, 1);
  store.publish(ana.key, keyPackages(7n, "last", "one"));
  assertEquals(store.release(ana.key), true);
  assertEquals(store.release(ana.key), false);
  assertEquals(store.findOwner(ana.key), undefined);
  assertEquals(store.published(ana.key), { supply: 0n, left: 0 });
  assertEquals(store.claim({ ...bia, key: ana.key }, 2), "claimed");
  assertEquals(take(store), undefined);
});

promise("knows a banned owner by either of its keys", (store) => {
  for (const each of [ana, bia]) store.claim(each, 1);
  assertEquals(store.ban("CAIO"), false);
  assertEquals(store.ban(ana.key), true);
  assertEquals(store.ban(ana.key), true);
  assertEquals(store.findOwner(ana.key)?.isBanned, true);
  assert(store.isBanned(ana));
  assert(store.isBanned({ ...ana, signingKey: bia.signingKey }));
  assert(store.isBanned({ ...ana, identityKey: bia.identityKey }));
  assertEquals(store.isBanned(bia), false);
  store.release(ana.key);
  assertEquals(store.isBanned(ana), false);
});

promise("uses an invitation up with the name that it let in", (store) => {
  store.addInvitation(hash, 1);
  assertEquals(store.claim(ana, 2, otherHash), "invitationInvalid");
  assertEquals(store.findOwner(ana.key), undefined);
  assertEquals(store.claim(ana, 2, hash), "claimed");
  assertEquals(store.claim(bia, 3, hash), "invitationInvalid");
});

promise("keeps an invitation that came with a name which is taken", (store) => {
  store.addInvitation(hash, 1);
  store.claim(ana, 1);
  assertEquals(store.claim(ana, 2, hash), "taken");
  assertEquals(store.claim(bia, 3, hash), "claimed");
});

promise("lets no invitation come back that was used", (store) => {
  store.addInvitation(hash, 1);
  store.claim(ana, 2, hash);
  store.release(ana.key);
  assertEquals(store.claim(ana, 3, hash), "invitationInvalid");
});

promise(
  "gives each one-use key package once, the oldest first, and then the last resort",
  (store) => {
    store.claim(ana, 1);
    assertEquals(take(store), undefined);
    store.publish(ana.key, keyPackages(7n, "last", "one", "two"));
    store.publish(ana.key, keyPackages(7n, "", "three"));
    assertEquals(store.published(ana.key), { supply: 7n, left: 3 });
    const taken = Array.from({ length: 5 }, () => take(store));
    assertEquals(taken, ["one", "two", "three", "last again", "last again"]);
    assertEquals(store.published(ana.key), { supply: 7n, left: 0 });
  },
);

promise("uses up no key package where none may be", (store) => {
  store.claim(ana, 1);
  store.publish(ana.key, keyPackages(7n, "last", "one"));
  assertEquals(take(store, false), "last again");
  assertEquals(store.published(ana.key).left, 1);
});

promise("has no key package where there is no last resort", (store) => {
  store.claim(ana, 1);
  store.publish(ana.key, keyPackages(7n, "", "one"));
  assertEquals(take(store, false), undefined);
  assertEquals([take(store), take(store)], ["one", undefined]);
});

promise("replaces everything by another supply, and the last resort by a newer one", (store) => {
  store.claim(ana, 1);
  store.publish(ana.key, keyPackages(7n, "last", "one"));
  store.publish(ana.key, keyPackages(7n, "newer"));
  assertEquals(take(store, false), "newer again");
  store.publish(ana.key, keyPackages(8n, "", "two"));
  assertEquals(store.published(ana.key), { supply: 8n, left: 1 });
  assertEquals([take(store), take(store)], ["two", undefined]);
});

promise("keeps so many key packages, the first to come", (store) => {
  store.claim(ana, 1);
  const many = Array.from({ length: 15 }, (_, i) => `${i}`);
  for (let i = 0; i < 2; i++) store.publish(ana.key, keyPackages(7n, "last", ...many));
  assertEquals(store.published(ana.key).left, maxKeyPackagesPerOwner);
  assertEquals(take(store), "0");
});

promise("keeps nothing for a name that is nobody's", (store) => {
  store.publish(ana.key, keyPackages(7n, "last", "one"));
  store.touch(ana.key, "ana", 1);
  assertEquals(store.owners(), []);
  assertEquals(take(store), undefined);
});

for (const supply of [1n, 2n ** 63n, 2n ** 64n - 1n]) {
  promise(`knows supply ${supply} again`, (store) => {
    store.claim(ana, 1);
    store.publish(ana.key, keyPackages(supply, "last", "one"));
    assertEquals(store.published(ana.key).supply, supply);
    store.publish(ana.key, keyPackages(supply, "", "two"));
    assertEquals(store.published(ana.key).left, 2);
  });
}

promise("may be closed twice, and has not been changed by anybody else", (store) => {
  store.claim(ana, 1);
  assertEquals(store.changed(), false);
  store.close();
  store.close();
});
