import {
  type Client,
  type ClientEvent,
  connect,
  type ConnectOptions,
} from "../../lib/client/mod.ts";
import {
  type Server,
  type ServerEvent,
  type ServerOptions,
  startServer,
} from "../../lib/server/mod.ts";
import { Log } from "./log.ts";
import { within } from "./within.ts";

type NamedKind = "joined" | "detached" | "resumed" | "left" | "violated";
type EventOf<Kind extends ClientEvent["kind"]> = Extract<ClientEvent, { kind: Kind }>;

/** A client, and all that it has reported so far. */
export class TestMember {
  readonly log = new Log<ClientEvent>();
  /** Resolves when there are no more events. */
  readonly ended: Promise<void>;

  constructor(readonly client: Client) {
    this.ended = this.#read();
  }

  /** The first event of a kind. */
  event<Kind extends ClientEvent["kind"]>(kind: Kind): Promise<EventOf<Kind>> {
    return this.log.find((event): event is EventOf<Kind> => event.kind === kind, kind);
  }

  /** All events of a kind so far. */
  events<Kind extends ClientEvent["kind"]>(kind: Kind): EventOf<Kind>[] {
    return this.log.entries.filter((event): event is EventOf<Kind> => event.kind === kind);
  }

  /** Waits until so many events of a kind have come, and answers them. */
  async count<Kind extends ClientEvent["kind"]>(kind: Kind, n: number): Promise<EventOf<Kind>[]> {
    await this.log.until(() => this.events(kind).length >= n, `${n} times ${kind}`);
    return this.events(kind);
  }

  /** The texts of all global messages so far. */
  get saidTexts(): string[] {
    return this.events("said").map(({ text }) => text);
  }

  /** The texts of all private messages so far. */
  get toldTexts(): string[] {
    return this.events("told").map(({ text }) => text);
  }

  async #read(): Promise<void> {
    for await (const event of this.client.events()) this.log.add(event);
  }
}

/** A real server on loopback and real clients, all of which are closed at the end. */
export class TestChat implements AsyncDisposable {
  readonly log = new Log<ServerEvent>();
  readonly #members: TestMember[] = [];
  #server: Server | undefined;

  static async start(options: ServerOptions = {}): Promise<TestChat> {
    const chat = new TestChat();
    const report = (event: ServerEvent) => chat.log.add(event);
    chat.#server = await startServer({ host: "127.0.0.1", port: 0, report, ...options });
    return chat;
  }

  get server(): Server {
    return this.#server!;
  }

  get port(): number {
    return this.server.addr.port;
  }

  /** Connects somebody, through `port` where that isn't the server's own. */
  async join(
    name: string,
    { port = this.port, ...options }: Partial<ConnectOptions> & { port?: number } = {},
  ): Promise<TestMember> {
    const client = await within(
      connect({ server: `127.0.0.1:${port}`, name, ...options }),
      `${name} to be connected`,
    );
    const member = new TestMember(client);
    this.#members.push(member);
    return member;
  }

  /** Waits for the server's first report of this kind about this name. */
  async reported(kind: NamedKind, name: string): Promise<ServerEvent> {
    const isIt = (event: ServerEvent): event is Extract<ServerEvent, { kind: typeof kind }> =>
      event.kind === kind && event.name === name;
    return await this.log.find(isIt, `${name} ${kind}`);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const { client, ended } of this.#members) {
      await within(client.close(), "a client to close");
      await within(ended, "a client's events to end");
    }
    await within(this.server.close(), "the server to close");
  }
}
