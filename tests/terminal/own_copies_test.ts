import { assertEquals } from "@std/assert";
import { OwnCopies } from "../../lib/terminal/own_copies.ts";

function start() {
  const copies = new OwnCopies();
  const shown: number[] = [];
  const waitFor = (seq: number) => copies.shown(seq).then(() => void shown.push(seq));
  return { copies, shown, waitFor };
}

Deno.test("OwnCopies.shown() resolves when that message, or a later one, is shown", async () => {
  const { copies, shown, waitFor } = start();
  const waits = [waitFor(5), waitFor(6), waitFor(7)];
  copies.show(4);
  copies.show(6);
  await Promise.all(waits.slice(0, 2));
  assertEquals(shown, [5, 6]);
  copies.show(7);
  await waits[2];
  assertEquals(shown, [5, 6, 7]);
});

Deno.test("OwnCopies.shown() resolves at once for what was shown before", async () => {
  const { copies, shown, waitFor } = start();
  copies.show(5);
  await waitFor(5);
  assertEquals(shown, [5]);
});

Deno.test("OwnCopies.giveUp() waits for nothing more of what was waited for", async () => {
  const { copies, shown, waitFor } = start();
  const wait = waitFor(900);
  copies.giveUp();
  await wait;
  assertEquals(shown, [900]);
  copies.show(1); // another room
  await waitFor(1);
});
