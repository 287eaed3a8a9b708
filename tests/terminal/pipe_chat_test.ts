import { assert, assertEquals } from "@std/assert";
import { maxTextBytes } from "../../lib/limits.ts";
import { english } from "../../lib/terminal/english.ts";
import { chatThroughPipe } from "../../lib/terminal/pipe_chat.ts";
import { PipeScreen } from "../../lib/terminal/pipe_screen.ts";
import { settled } from "../testing/turns.ts";
import { ManualClock } from "../testing/manual_clock.ts";
import { FakeClient } from "./fake_client.ts";

/** An output that keeps what is written to it. */
class Output {
  text = "";
  isBroken = false;
  isFull = false;
  readonly #utf8 = new TextDecoder();

  write(bytes: Uint8Array): Promise<number> {
    if (this.isBroken) return Promise.reject(new Deno.errors.BrokenPipe());
    if (this.isFull) return Promise.reject(new Error("No space left on device (os error 28)"));
    this.text += this.#utf8.decode(bytes, { stream: true });
    return Promise.resolve(bytes.length);
  }
}

function start(input: AsyncIterable<Uint8Array>, history = 0) {
  const client = new FakeClient();
  const output = new Output();
  const errors = new Output();
  const screen = new PipeScreen(output, errors);
  const end = chatThroughPipe({
    client,
    input,
    screen,
    language: english,
    clock: new ManualClock(),
    history,
  });
  return { client, output, errors, end };
}

async function* inputOf(...chunks: string[]): AsyncGenerator<Uint8Array> {
  for (const chunk of chunks) yield await Promise.resolve(new TextEncoder().encode(chunk));
}

/** Input that stays open. */
async function* openInput(text: string): AsyncGenerator<Uint8Array> {
  yield new TextEncoder().encode(text);
  await new Promise(() => {});
}

Deno.test("chatThroughPipe() enters a line after the other and prints what comes", async () => {
  const { client, output, errors, end } = start(inputOf("Olá\r\n/tcp bia o", "i\n\n/who\nfim"));
  const { failure, hasComplained } = await end;
  assertEquals(client.sent, ["say Olá", "tell bia oi", "say fim"]);
  assertEquals(
    output.text.split("\n").toSorted(),
    ["", "* 2 here: ana, bia", "[TCP] Private to bia (✓✓): oi", "[UDP] ana: Olá", "[UDP] ana: fim"],
  );
  assertEquals(errors.text, "");
  assertEquals([failure, hasComplained], [undefined, false]);
});

Deno.test("chatThroughPipe() says a line about each mistake, and goes on", async () => {
  const long = "x".repeat(maxTextBytes);
  const input = `/tcp zoe hi\n/nope\n/tcp bia\n${long}${long}\nok\n`;
  const { client, output, errors, end } = start(inputOf(input));
  const { failure, hasComplained } = await end;
  assertEquals(client.sent, ["tell zoe hi", "say ok"]);
  assertEquals(output.text, "[UDP] ana: ok\n");
  assertEquals(errors.text.split("\n").toSorted(), [
    "",
    "error: a line of the input is over 16 KiB and was skipped",
    "error: message to zoe not sent: nobody on this server has that name",
    "error: there is no command /nope; see /help",
    "error: use it like this: /tcp NAME TEXT",
  ]);
  assertEquals([failure, hasComplained], [undefined, true]);
});

Deno.test("chatThroughPipe() waits for what was sent to be acknowledged, and its copy shown", async () => {
  const { client, output, end } = start(inputOf("um\ndois\n"));
  client.isHolding = true;
  let isOver = false;
  void end.then(() => isOver = true);
  await settled();
  assert(!isOver);
  assertEquals(client.sent, ["say um", "say dois"]);
  client.acknowledge();
  await end;
  assertEquals(output.text, "[UDP] ana: um\n[UDP] ana: dois\n");
});

Deno.test("chatThroughPipe() waits for what was said before it came", async () => {
  const { client, output, end } = start(inputOf(), 2);
  for (let i = 0; i < 10; i++) await settled();
  const sentAt = new ManualClock().wallTime() - 3_600_000;
  const said = { kind: "said", from: "bia", sentAt, authenticity: "signed", isPast: true } as const;
  for (const seq of [7, 8]) client.emit({ ...said, seq, text: `text ${seq}` });
  await settled();
  assertEquals(client.isClosed, false);
  client.emit({ kind: "caughtUp" });
  await end;
  assertEquals(output.text.replaceAll(/\(\d.*?\)/g, "(TIME)").split("\n"), [
    "[UDP] bia (TIME): text 7",
    "[UDP] bia (TIME): text 8",
    `* ${english.caughtUp}`,
    "",
  ]);
});

Deno.test("chatThroughPipe() doesn't wait for the past where the connection is over", async () => {
  const { client, end } = start(inputOf(), 2);
  await client.close("banned");
  assert((await end).failure);
});

Deno.test("chatThroughPipe() reads no further than a few hundred messages ahead", async () => {
  const lines = Array.from({ length: 10_000 }, (_, i) => `${i}\n`).join("");
  const { client, output, end } = start(inputOf(lines));
  client.isHolding = true;
  for (let i = 0; i < 100; i++) await settled();
  assertEquals(client.unacknowledged, 257);
  client.isHolding = false;
  client.acknowledge();
  await end;
  assertEquals(client.sent.length, 10_000);
  const expected = Array.from({ length: 10_000 }, (_, i) => `[UDP] ana: ${i}\n`).join("");
  assertEquals(output.text, expected);
});

Deno.test("chatThroughPipe() ends at /quit, though there is more input", async () => {
  const { client, end } = start(openInput("oi\n/quit\nlater\n"));
  const { failure, hasComplained } = await end;
  assertEquals(client.sent, ["say oi"]);
  assertEquals([failure, hasComplained], [undefined, false]);
});

Deno.test("chatThroughPipe() ends with the reason when the connection does", async () => {
  const { client, output, errors, end } = start(openInput("oi\n"));
  client.isHolding = true;
  client.emit({ kind: "joined", name: "bia" });
  await settled();
  await client.close("replaced");
  const { failure, hasComplained } = await end;
  assertEquals(output.text, "* bia joined\n");
  assertEquals(errors.text, "error: 1 message was not sent\n");
  assertEquals(failure?.error, `the connection is over: ${english.reasons.replaced}`);
  assertEquals(hasComplained, true);
});

Deno.test("chatThroughPipe() ends quietly when nobody reads its output", async () => {
  const { client, output, errors, end } = start(openInput("oi\n"));
  await settled();
  output.isBroken = true;
  client.isHolding = true;
  client.emit({ kind: "joined", name: "bia" });
  const { failure } = await end;
  assertEquals(errors.text, "");
  assertEquals(failure, undefined);
});

Deno.test("chatThroughPipe() waits until what it offers is received", async () => {
  const { client, output, errors, end } = start(inputOf("/file bia a.jpg\n"));
  let isOver = false;
  void end.then(() => isOver = true);
  for (let i = 0; i < 10; i++) await settled();
  const [sent] = client.transfers();
  client.move({ ...sent!, state: "moving" });
  for (let i = 0; i < 10; i++) await settled();
  assert(!isOver);
  client.move({ ...sent!, state: "done", bytes: sent!.size });
  assertEquals((await end).hasComplained, false);
  assertEquals(output.text.split("\n"), [
    "* [1] you have offered bia a.jpg (2.4 MB)",
    "* [1] bia has received a.jpg in less than 1 s",
    "",
  ]);
  assertEquals(errors.text, "");
});

Deno.test("chatThroughPipe() complains where what it offers is declined", async () => {
  const { client, errors, end } = start(inputOf("/file bia a.jpg\n"));
  for (let i = 0; i < 10; i++) await settled();
  client.move({ ...client.transfers()[0]!, state: "declined" });
  assertEquals((await end).hasComplained, true);
  assertEquals(errors.text, "error: [1] bia has declined a.jpg\n");
});

Deno.test("chatThroughPipe() says so where its output can't be written", async () => {
  const { output, end } = start(openInput("a\n"));
  output.isFull = true;
  assertEquals((await end).failure, english.outputFailed);
});
