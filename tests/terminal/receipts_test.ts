import { assertEquals } from "@std/assert";
import { english } from "../../lib/terminal/english.ts";
import { formatTime } from "../../lib/terminal/format_time.ts";
import { portuguese } from "../../lib/terminal/portuguese.ts";
import { Receipts } from "../../lib/terminal/receipts.ts";
import { ManualClock } from "../testing/manual_clock.ts";
import { settled } from "../testing/turns.ts";
import { FakeScreen } from "./fake_screen.ts";

function start(language = portuguese) {
  const clock = new ManualClock();
  const screen = new FakeScreen();
  const label = (name: string) => name === "eva" ? "eva ✓" : name;
  const receipts = new Receipts({ clock, language, label, show: (line) => screen.show(line) });
  const accept = (id: bigint, to: string, text: string) =>
    receipts.accept({ id, to, text, sentAt: clock.wallTime() });
  const deliver = (id: bigint, to: string) => receipts.deliver({ kind: "delivered", to, id });
  const take = () => screen.shown.splice(0);
  const time = () => formatTime(clock.wallTime(), clock.wallTime(), language);
  return { clock, receipts, accept, deliver, take, time };
}

Deno.test("Receipts shows a message at once where it has arrived, before or after it was accepted", () => {
  const { clock, accept, deliver, take } = start();
  void accept(1n, "bia", "um");
  assertEquals(take(), []);
  deliver(1n, "bia");
  deliver(2n, "Eva"); // as she writes her name
  void accept(2n, "eva", "dois");
  assertEquals(take(), [
    "[TCP] Privado para bia (✓✓): um",
    "[TCP] Privado para eva ✓ (✓✓): dois",
  ]);
  assertEquals(clock.pending, 0);
});

Deno.test("Receipts waits a moment for news, and then shows that it was accepted", async () => {
  const { clock, accept, take } = start();
  let isShown = false;
  void accept(1n, "bia", "um").then(() => isShown = true);
  clock.advance(249);
  await settled();
  assertEquals([take(), isShown], [[], false]);
  clock.advance(1);
  await settled();
  assertEquals([take(), isShown], [["[TCP] Privado para bia (✓): um"], true]);
});

Deno.test("Receipts keeps the order in which messages were accepted", () => {
  const { clock, accept, deliver, take } = start();
  void accept(1n, "caio", "um");
  clock.advance(100);
  void accept(2n, "bia", "dois");
  deliver(2n, "bia");
  assertEquals(take(), []);
  clock.advance(150);
  assertEquals(take(), ["[TCP] Privado para caio (✓): um", "[TCP] Privado para bia (✓✓): dois"]);
  assertEquals(clock.pending, 0);
});

Deno.test("Receipts says later, and together, what has arrived", () => {
  const { clock, accept, deliver, take, time } = start();
  const writtenAt = time();
  for (const id of [1n, 2n, 3n]) void accept(id, "bia", `texto ${id}`);
  void accept(4n, "eva", "texto 4");
  clock.advance(250);
  take();
  clock.advance(3_600_000);
  for (const id of [1n, 2n, 3n]) deliver(id, "bia");
  deliver(4n, "eva");
  assertEquals(take(), []);
  clock.advance(1_000);
  assertEquals(take(), [
    "* ✓✓ bia recebeu 3 mensagens suas",
    `* ✓✓ eva ✓ recebeu a sua mensagem de ${writtenAt}`,
  ]);
  assertEquals(clock.pending, 0);
});

Deno.test("Receipts says it of messages that an earlier run has sent", () => {
  for (
    const [language, one, many] of [
      [portuguese, "bia recebeu uma mensagem sua", "eva ✓ recebeu 2 mensagens suas"],
      [english, "bia has a message of yours", "eva ✓ has 2 messages of yours"],
    ] as const
  ) {
    const { clock, deliver, take } = start(language);
    deliver(1n, "bia");
    deliver(2n, "eva");
    deliver(3n, "eva");
    clock.advance(1_000);
    assertEquals(take(), [`* ✓✓ ${one}`, `* ✓✓ ${many}`]);
  }
});

Deno.test("Receipts says why a message can't be delivered, behind its line", async () => {
  const { clock, accept, receipts, take, time } = start();
  void accept(1n, "caio", "um");
  void accept(2n, "bia", "dois");
  await receipts.fail({ kind: "undelivered", to: "bia", id: 2n, code: "unreadable" });
  await receipts.fail({ kind: "undelivered", to: "eva", id: 3n, code: "expired" });
  assertEquals(take(), [
    "[TCP] Privado para caio (✓): um",
    "[TCP] Privado para bia (✓): dois",
    `* sua mensagem de ${time()} para bia não foi entregue: o destinatário não consegue abri-la`,
    "* sua mensagem para eva ✓ não foi entregue: o destinatário não voltou a tempo",
  ]);
  assertEquals(clock.pending, 0);
});

Deno.test("Receipts.flush() shows what has waited, so that nothing is lost at the end", () => {
  const { clock, accept, deliver, receipts, take } = start(english);
  void accept(1n, "bia", "one");
  deliver(9n, "caio");
  receipts.flush();
  assertEquals(take(), [
    "[TCP] Private to bia (✓): one",
    "* ✓✓ caio has a message of yours",
  ]);
  assertEquals(clock.pending, 0);
});
