import { ChatError, type Client } from "../client/mod.ts";
import type { Clock } from "../clock.ts";
import { ChatTerminal, type FileOptions } from "./chat_terminal.ts";
import { cleanName } from "./clean_text.ts";
import {
  clientFailure,
  closingFailure,
  isInvitationRefusal,
  isNameRefusal,
} from "./client_failure.ts";
import { nameOf } from "./command.ts";
import { complete, type Completion, type ListDirectory } from "./complete.ts";
import { type Failure, formatError } from "./failure.ts";
import { describeReason, type Language } from "./language.ts";
import { notice } from "./line.ts";
import type { Screen } from "./screen.ts";

/** A screen with somebody in front of it. */
export interface InteractiveScreen extends Screen {
  /** Asks for one line; `undefined` where the user would rather leave. */
  ask(question: string): Promise<string | undefined>;
  /** Prompts for lines, until the user has had enough. */
  lines(complete: (line: string) => Completion): AsyncIterable<string>;
  /** Resolves when the user has had enough. */
  readonly ended: Promise<void>;
}

export interface InteractiveChatOptions {
  readonly screen: InteractiveScreen;
  /** Enters the server under a name, with an invitation where one was asked for, or throws. */
  readonly enter: (name: string, invitation: string | undefined) => Promise<Client>;
  readonly server: string;
  /** Otherwise the user is asked. */
  readonly name: string | undefined;
  readonly language: Language;
  readonly clock: Clock;
  readonly files?: FileOptions | undefined;
  /** Names in a directory, those of directories with a `/` behind them; otherwise paths aren't completed. */
  readonly listDirectory?: ListDirectory | undefined;
}

/** Who leaves waits this long for what was written last to be acknowledged. */
const farewellPatienceMs = 2_000;

/** Lets somebody chat; answers why it couldn't go on, where it wasn't the user's wish to leave. */
export async function chatInteractively(
  options: InteractiveChatOptions,
): Promise<Failure | undefined> {
  const { screen, language } = options;
  const entry = await enterUnderSomeName(options);
  if (entry.kind !== "entered") return entry.kind === "failed" ? entry.failure : undefined;
  const { client } = entry;
  const terminal = new ChatTerminal(client, screen, language, options.clock, options.files);
  const isOver = terminal.showEvents();
  greet(client, options);
  terminal.showMembers();
  terminal.showUnfinished();
  await Promise.race([enterAll(), isOver]);
  await allAcknowledged();
  const { closedBy } = terminal;
  await client.close();
  await isOver;
  return closingFailure(closedBy, language);

  async function enterAll(): Promise<void> {
    const { tag } = language;
    const completeLine = (line: string) =>
      complete(line, client.members(), tag, options.listDirectory);
    for await (const line of screen.lines(completeLine)) {
      terminal.enter(line);
      if (terminal.isLeaving) return;
    }
  }

  async function allAcknowledged(): Promise<void> {
    const late = Promise.withResolvers<void>();
    const timer = options.clock.after(farewellPatienceMs, late.resolve);
    await Promise.race([terminal.unacknowledged.atMost(0), late.promise]);
    timer.cancel();
  }
}

type Entry =
  | { readonly kind: "entered"; readonly client: Client }
  | { readonly kind: "failed"; readonly failure: Failure }
  | { readonly kind: "left" };

/** Enters under the name given or asked for, and asks for what is refused for as long as it is. */
async function enterUnderSomeName(options: InteractiveChatOptions): Promise<Entry> {
  const { screen, server, language } = options;
  let name = options.name ?? await screen.ask(language.askName);
  let invitation: string | undefined;
  while (name !== undefined) {
    try {
      const client = await Promise.race([options.enter(name.trim(), invitation), screen.ended]);
      return client ? { kind: "entered", client } : { kind: "left" };
    } catch (error) {
      const code = error instanceof ChatError ? error.code : undefined;
      const needsName = code !== undefined && isNameRefusal(code);
      if (code === undefined || !needsName && !isInvitationRefusal(code)) {
        const failure = clientFailure(error, { server, name, language });
        if (!failure) throw error;
        return { kind: "failed", failure };
      }
      const text = formatError(describeReason(code, language));
      await screen.show({ tone: "mistake", head: "", text });
      const answer = await screen.ask(needsName ? language.askName : language.askInvitation);
      if (answer === undefined) return { kind: "left" };
      if (needsName) name = answer;
      else invitation = answer.trim();
    }
  }
  return { kind: "left" };
}

function greet(client: Client, { screen, language, server }: InteractiveChatOptions): void {
  const { tag, entered, helpPointer } = language;
  screen.show(notice(entered(server, cleanName(client.name), client.serverFingerprint)));
  screen.show(notice(helpPointer(nameOf("help", tag))));
}
