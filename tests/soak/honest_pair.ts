import { type Client, type ClientEvent, connect } from "../../lib/client/mod.ts";

/** How often each of the two says, and tells, something. */
const messagePauseMs = 250;

/** Sorts of messages, whose latencies are told apart. */
export type Sort = "global" | "private";

/** What the two have seen so far. */
export interface HonestReport {
  readonly sent: number;
  readonly received: number;
  /** From being written to being shown to the other, in ms. */
  readonly latencies: { readonly [key in Sort]: readonly number[] };
  /** What should not have happened. */
  readonly complaints: readonly string[];
  /** Messages of attackers that were shown, as any member's are. */
  readonly strangersMessages: number;
}

/** What may happen to somebody who does nothing wrong, whatever others do. */
const expectedKinds: ReadonlySet<ClientEvent["kind"]> = new Set([
  ...[
    "said",
    "told",
    "delivered",
    "reached",
    "joined",
    "left",
    "path",
    "keyChanged",
    "unreadable",
  ] as const,
]);

/** Two members who chat with each other, over UDP and in private, and complain of what is wrong. */
export class HonestPair {
  readonly #clients: readonly [Client, Client];
  readonly #names: ReadonlySet<string>;
  /** When each text was written, until everybody who should has it. */
  readonly #writtenAt = new Map<string, number>();
  readonly #latencies: { readonly [key in Sort]: number[] } = { global: [], private: [] };
  readonly #complaints: string[] = [];
  readonly #requests = new Set<Promise<unknown>>();
  #sent = 0;
  #received = 0;
  #strangersMessages = 0;
  readonly #timer: ReturnType<typeof setInterval>;

  private constructor(clients: readonly [Client, Client]) {
    this.#clients = clients;
    this.#names = new Set(clients.map(({ name }) => name));
    for (const client of clients) void this.#watch(client);
    this.#timer = setInterval(() => this.#write(), messagePauseMs);
  }

  static async enter(port: number): Promise<HonestPair> {
    const server = `127.0.0.1:${port}`;
    return new HonestPair([
      await connect({ server, name: "ana" }),
      await connect({ server, name: "bia" }),
    ]);
  }

  /** What has been seen since the last report. */
  report(): HonestReport {
    const { global, private: told } = this.#latencies;
    return {
      sent: this.#sent,
      received: this.#received,
      latencies: { global: global.splice(0), private: told.splice(0) },
      complaints: this.#complaints.splice(0),
      strangersMessages: this.#strangersMessages,
    };
  }

  /** Writes no more, and waits for what is under way; what has not come by then is lost. */
  async finish(patienceMs: number): Promise<void> {
    clearInterval(this.#timer);
    const deadline = Date.now() + patienceMs;
    while (this.#writtenAt.size > 0 && Date.now() < deadline) await pause(50);
    for (const text of this.#writtenAt.keys()) this.#complaints.push(`lost: ${text}`);
    await Promise.race([Promise.all(this.#requests), pause(patienceMs)]);
    for (const client of this.#clients) await client.close();
  }

  /** Names of those present, as the first of them sees it. */
  members(): string[] {
    return this.#clients[0].members();
  }

  #write(): void {
    for (const client of this.#clients) {
      const other = this.#clients.find(({ name }) => name !== client.name)!;
      const number = ++this.#sent;
      this.#note(`global ${client.name} ${number}`, (text) => client.say(text));
      this.#note(`private ${client.name} ${number}`, (text) => client.tell(other.name, text));
    }
  }

  #note(text: string, send: (text: string) => Promise<unknown>): void {
    this.#writtenAt.set(text, performance.now());
    const request = send(text)
      .catch((error) => this.#complaints.push(`${text}: ${error.message}`))
      .finally(() => this.#requests.delete(request));
    this.#requests.add(request);
  }

  async #watch(client: Client): Promise<void> {
    for await (const event of client.events()) this.#see(client, event);
  }

  #see({ name }: Client, event: ClientEvent): void {
    if (event.kind === "closed" && event.code === "closed") return;
    if (event.kind === "said" || event.kind === "told") return this.#read(name, event);
    const isAboutUs = "from" in event && this.#names.has(event.from) ||
      "name" in event && this.#names.has(event.name);
    const isOurJoining = event.kind === "joined" && event.name === "bia" && this.#sent === 0;
    if (expectedKinds.has(event.kind) && (!isAboutUs || isOurJoining)) return;
    this.#complaints.push(`${name} saw ${JSON.stringify(event, bigintAsText)}`);
  }

  #read(reader: string, event: Extract<ClientEvent, { kind: "said" | "told" }>): void {
    if (!this.#names.has(event.from)) return void this.#strangersMessages++;
    if (event.from === reader) return; // one's own copy
    const { text, from, authenticity } = event;
    const sort = event.kind === "said" ? "global" : "private";
    const writtenAt = this.#writtenAt.get(text);
    const isGenuine = text.startsWith(`${sort} ${from} `) && authenticity !== "forged";
    if (writtenAt === undefined || !isGenuine) {
      this.#complaints.push(`${reader} saw, ${authenticity}, from ${from}: ${text.slice(0, 100)}`);
      return;
    }
    this.#writtenAt.delete(text);
    this.#latencies[sort].push(performance.now() - writtenAt);
    this.#received++;
  }
}

function bigintAsText(_: string, value: unknown): unknown {
  return typeof value === "bigint" ? String(value) : value;
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
