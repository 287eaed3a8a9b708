import { assert, assertEquals } from "@std/assert";
import { MemoryStore } from "../../lib/server/memory_store.ts";
import { runSteadily } from "./day.ts";
import { checkComplaints, checkGathered } from "./day_checks.ts";
import { DayWorld } from "./day_world.ts";

const minute = 60_000;
const judge = { check: (holds: boolean, what: string) => assert(holds, what) };

function makeWorld(seed: number): DayWorld {
  const store = new MemoryStore();
  const amounts = { members: 10, hours: 1, messages: 100, letters: 100, novel: 0, restarts: 0 };
  return new DayWorld({ ...amounts, seed, openStore: () => store });
}

Deno.test("ten members' hour ends with everything where it belongs", async () => {
  const world = makeWorld(1);
  world.begin();
  await world.run(55 * minute);
  await runSteadily(world);
  world.gather();
  await world.run(5 * minute);
  checkGathered(judge, world);
  assert(world.room.shown > 500 && world.letters.delivered > 50);
  world.disperse();
  await world.run(2 * minute);
  assertEquals(world.server.core!.registry.size, 0);
  world.server.stop("orderly");
  await world.run(minute);
  assertEquals(world.clock.pending, 0);
  checkComplaints(judge, world);
});

Deno.test("a seed brings an hour back", async () => {
  const digests: string[] = [];
  for (const world of [makeWorld(2), makeWorld(2)]) {
    world.begin();
    await world.run(10 * minute);
    digests.push(world.digest);
  }
  assertEquals(digests[0], digests[1]);
});
