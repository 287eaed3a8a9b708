/**
 * Members in a process of their own: takes a command a line on standard input, prints a line for each event
 * and each answer, and leaves at the end of its input.
 *
 * Most scenarios put several members into one process: twenty runtimes on two cores would measure how the
 * system shares them out, rather than the chat.
 *
 * @module
 */
import { type Client, type ClientEvent, connect, openProfile } from "../../lib/client/mod.ts";
import { ChatError } from "../../lib/client/mod.ts";

/** The argument, as JSON. */
export interface MemberProcessOptions {
  /** `HOST:PORT`. */
  readonly server: string;
  readonly names: readonly string[];
  /** Where the members keep who they are, and what they must remember. */
  readonly dataDir: string;
}

/** A line of input. */
export type MemberCommand =
  & { readonly as: string }
  & (
    | { readonly say: string }
    | { readonly tell: readonly [to: string, text: string] }
    | { readonly offer: readonly [to: string, path: string] }
    | { readonly accept: number }
    | { readonly close: true }
  );

/** A line of output; times are ms since 1970 with fractions, and never go back within a process. */
export type MemberReport =
  & { readonly who: string; readonly at: number }
  & (
    | { readonly kind: "ready" }
    | { readonly kind: "event"; readonly event: PlainEvent }
    /** The server has numbered what was said. */
    | { readonly kind: "numbered"; readonly text: string; readonly calledAt: number }
    /** The server, or whoever keeps it from now on, has accepted what was told. */
    | { readonly kind: "accepted"; readonly text: string; readonly id: string }
    | { readonly kind: "failed"; readonly text: string; readonly code: string }
  );

/** An event as JSON has it: ids as text. */
export type PlainEvent = ClientEvent extends infer Event
  ? Event extends { readonly id: bigint } ? Omit<Event, "id"> & { readonly id: string } : Event
  : never;

type News = MemberReport extends infer Report
  ? Report extends MemberReport ? Omit<Report, "who" | "at"> : never
  : never;

/** The time, to be compared with that of other processes on this machine. */
function now(): number {
  return performance.timeOrigin + performance.now();
}

function print(who: string, news: News): void {
  const plain = (_: string, value: unknown) => typeof value === "bigint" ? String(value) : value;
  console.log(JSON.stringify({ who, at: now(), ...news }, plain));
}

async function enter(name: string, { server, dataDir }: MemberProcessOptions): Promise<Client> {
  const { identity, store } = await openProfile({ dataDir, server, name });
  for (;;) {
    try {
      const downloads = `${dataDir}/${name}`;
      return await connect({ server, name, identity, store, downloads, isDirect: false });
    } catch (error) {
      // it may be the server that was killed just now
      const isAway = error instanceof ChatError &&
        (error.code === "unreachable" || error.code === "notAServer");
      if (!isAway) throw error;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
}

async function report(name: string, client: Client): Promise<void> {
  for await (const event of client.events()) print(name, { kind: "event", event: event as never });
}

async function obey(client: Client, command: MemberCommand): Promise<void> {
  const calledAt = now();
  if ("close" in command) return await client.close();
  const text = "accept" in command
    ? String(command.accept)
    : "say" in command
    ? command.say
    : "tell" in command
    ? command.tell[1]
    : command.offer[1];
  const who = command.as;
  try {
    if ("say" in command) {
      await client.say(text);
      print(who, { kind: "numbered", text, calledAt });
    } else if ("offer" in command) {
      await client.offer(command.offer[0], [command.offer[1]]);
    } else if ("accept" in command) {
      await client.acceptTransfer(command.accept);
    } else {
      const { id } = await client.tell(command.tell[0], text);
      print(who, { kind: "accepted", text, id: String(id) });
    }
  } catch (error) {
    if (!(error instanceof ChatError)) throw error;
    print(who, { kind: "failed", text, code: error.code });
  }
}

async function* lines(stream: ReadableStream<Uint8Array<ArrayBuffer>>): AsyncGenerator<string> {
  let rest = "";
  for await (const text of stream.pipeThrough(new TextDecoderStream())) {
    const whole = (rest + text).split("\n");
    rest = whole.pop()!;
    yield* whole;
  }
}

if (import.meta.main) {
  const options: MemberProcessOptions = JSON.parse(Deno.args[0]!);
  const clients = new Map<string, Client>();
  for (const name of options.names) {
    const client = await enter(name, options);
    clients.set(name, client);
    void report(name, client);
    print(name, { kind: "ready" });
  }
  for await (const line of lines(Deno.stdin.readable)) {
    const command: MemberCommand = JSON.parse(line);
    void obey(clients.get(command.as)!, command);
  }
  for (const client of clients.values()) await client.close();
  Deno.exit(0);
}
