import { existsSync } from "node:fs";
import type {
  ClientEvent,
  ConnectOptions,
  TransferState,
  TransferStatus,
} from "../../lib/client/mod.ts";
import type { ServerOptions } from "../../lib/server/mod.ts";
import { hurriedClock } from "./hurried_clock.ts";
import { Recorder } from "./recorder.ts";
import { TestChat, type TestMember } from "./test_chat.ts";
import { mayNotWrite } from "./temporary_directory.ts";

type JoinOptions = Partial<ConnectOptions> & { port?: number };

/** A real server and real clients, with a directory for what they send each other. */
export class FileChat implements AsyncDisposable {
  readonly directory = Deno.makeTempDirSync();
  /** Where received files go. */
  readonly downloads = `${this.directory}/recebidos`;

  private constructor(readonly chat: TestChat) {}

  static async start(options: ServerOptions = {}): Promise<FileChat> {
    return new FileChat(await TestChat.start(options));
  }

  join(name: string, options: JoinOptions = {}): Promise<TestMember> {
    return this.chat.join(name, { downloads: this.downloads, clock: hurriedClock, ...options });
  }

  /** Makes a file to be sent, and answers its path. */
  write(name: string, content: string | Uint8Array = `o conteúdo de ${name}`): string {
    const path = `${this.directory}/${name}`;
    const bytes = typeof content === "string" ? new TextEncoder().encode(content) : content;
    Deno.writeFileSync(path, bytes);
    return path;
  }

  /** What has been received, by name; a folder as what is in it, partials with them. */
  received(path = this.downloads): Record<string, unknown> {
    const found: Record<string, unknown> = {};
    if (!existsSync(path)) return found;
    for (const { name, isDirectory } of Deno.readDirSync(path)) {
      const inner = `${path}/${name}`;
      found[name] = isDirectory ? this.received(inner) : Deno.readTextFileSync(inner);
    }
    return found;
  }

  /**
   * A way to the server for the receiver, in which `act` is called when so many bytes of a transfer have come. There
   * may be some MB more on their way.
   */
  after(bytesBefore: number, act: () => void): Recorder {
    const recorder = new Recorder(this.chat.port);
    let hasActed = false;
    recorder.alterPiece = ({ direction, bytes }, at) => {
      if (direction === "down" && at > bytesBefore && !hasActed) {
        hasActed = true;
        act();
      }
      return bytes;
    };
    return recorder;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.chat[Symbol.asyncDispose]();
    await Deno.remove(this.directory, { recursive: true });
  }
}

/** Runs a test with a chat and files; not where there may be none. */
export function fileTest(name: string, test: (files: FileChat) => Promise<void>): void {
  Deno.test({
    name,
    ignore: mayNotWrite,
    async fn() {
      await using files = await FileChat.start();
      await test(files);
    },
  });
}

/** Waits until a transfer of a member's has come into a state, and answers its status then. */
export async function reached(
  member: TestMember,
  state: TransferState,
  number = 1,
): Promise<TransferStatus> {
  const isIt = (event: ClientEvent): event is ClientEvent & { transfer: TransferStatus } =>
    "transfer" in event && event.transfer.number === number && event.transfer.state === state;
  return (await member.log.find(isIt, `transfer ${number} to be ${state}`)).transfer;
}
