import { outboxPrefix } from "../../lib/client/outbox_key.ts";
import { historyBytes, historyMessages } from "../../lib/limits.ts";
import type { DayWorld } from "./day_world.ts";

/** What is told of each thing that has to hold. */
export interface Judge {
  check(holds: boolean, what: string): void;
}

/**
 * What has to hold once nobody has done anything for some minutes, and all who can be are here: everything has come
 * where it was to come, or waits for somebody who is away.
 */
export function checkGathered(judge: Judge, world: DayWorld): void {
  const { room, letters, server, inhabitants } = world;
  const store = server.store!;
  const present = inhabitants.filter(({ member }) => member.isRunning);
  const behind = present.filter(({ member }) => !room.hasUpTo(member.name, room.newestSeq));
  judge.check(
    present.length > 0 && behind.length === 0,
    `${present.length} present, ${behind.length} of them lack some of ${room.newestSeq} messages`,
  );
  const unnumbered = present.reduce((sum, each) => sum + each.unnumbered.size, 0);
  judge.check(unnumbered === 0, `${unnumbered} global messages without an answer`);

  const names = new Set(present.map(({ member }) => member.name));
  const waiting = letters.waiting();
  const stuck = [...waiting.keys()].filter((addressee) => names.has(addressee));
  judge.check(stuck.length === 0, `${stuck.length} present wait for private messages`);
  const inLedger = waiting.values().reduce((sum, { count }) => sum + count, 0);
  const accepted = waiting.values().reduce((sum, { accepted }) => sum + accepted, 0);
  const inStore = store.mail.waiting().reduce((sum, { messages }) => sum + messages, 0);
  judge.check(
    inLedger === inStore,
    `${inLedger} private messages wait for who is away, the server has ${inStore}`,
  );
  judge.check(accepted === inLedger, `${inLedger - accepted} private messages without an answer`);
  const outboxes = present.map(({ member: { name, store } }) => ({
    kept: store.keys(outboxPrefix).length,
    owed: letters.outstandingOf(name),
  }));
  const differing = outboxes.filter(({ kept, owed }) => kept !== owed).length;
  const kept = outboxes.reduce((sum, outbox) => sum + outbox.kept, 0);
  judge.check(
    differing === 0 && kept === inLedger,
    `${kept} private messages in outboxes, ${differing} of which aren't as they should be`,
  );
  checkHistory(judge, world);
}

/** The server keeps what it may of the room, and no more. */
export function checkHistory(judge: Judge, { server }: DayWorld): void {
  const { messages } = server.store!.room.load();
  const bytes = bytesOf(messages);
  judge.check(
    messages.length <= historyMessages && bytes <= historyBytes,
    `history: ${messages.length} messages, ${bytes} bytes`,
  );
}

export function bytesOf(messages: readonly Uint8Array[]): number {
  return messages.reduce((sum, { length }) => sum + length, 0);
}

/** Nothing was seen that must not be. */
export function checkComplaints(judge: Judge, { complaints }: DayWorld): void {
  for (const kind of complaints.kinds) {
    judge.check(false, `${kind}, ${complaints.count(kind)} times: ${complaints.describe(kind)}`);
  }
  judge.check(complaints.kinds.length === 0, "no member was shown what it should not be");
}
