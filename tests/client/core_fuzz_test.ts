import { assertEquals } from "@std/assert";
import { fuzzClients } from "../soak/client_fuzz.ts";
import { SeededRandom } from "../testing/seeded_random.ts";

/** `deno task fuzz client` goes on from here, with other seeds and with end-to-end encryption. */
Deno.test("ClientCore takes whatever a server sends, or refuses it as a violation", async () => {
  const { cases, findings } = await fuzzClients(new SeededRandom(20_251), 8, ["plain"]);
  assertEquals([cases, findings], [4_000, []]);
});
