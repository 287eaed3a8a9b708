import type { Client } from "../client/mod.ts";
import type { Clock } from "../clock.ts";
import { maxTextBytes } from "../limits.ts";
import { ChatTerminal, type FileOptions } from "./chat_terminal.ts";
import { closingFailure } from "./client_failure.ts";
import type { Failure } from "./failure.ts";
import { inputLines } from "./input_lines.ts";
import type { Language } from "./language.ts";
import type { PipeScreen } from "./pipe_screen.ts";

/** Lines are read no further ahead than this, so that any number of them can be piped in. */
const maxUnacknowledged = 256;

/** A command and a name beside the longest text; what is over can only be a mistake. */
const maxLineBytes = maxTextBytes + 1_024;

export interface PipeChatOptions {
  readonly client: Client;
  readonly input: AsyncIterable<Uint8Array>;
  readonly screen: PipeScreen;
  readonly language: Language;
  readonly clock: Clock;
  readonly files?: FileOptions | undefined;
  /** How many messages from before it came the client was asked for. */
  readonly history: number;
}

export interface PipeChatEnd {
  /** Why it couldn't go on, where it couldn't. */
  readonly failure: Failure | undefined;
  /** Whether something was asked for that couldn't be done. */
  readonly hasComplained: boolean;
}

/**
 * Enters a line of input after the other, and shows what happens, until all of it is acknowledged, and the transfers
 * asked for are over, or the connection is.
 */
export async function chatThroughPipe(
  { client, input, screen, language, clock, files, history }: PipeChatOptions,
): Promise<PipeChatEnd> {
  const terminal = new ChatTerminal(client, screen, language, clock, files);
  terminal.showUnfinished();
  const isOver = terminal.showEvents();
  await Promise.race([enterAll(), isOver, screen.broken]);
  const { closedBy } = terminal;
  await client.close();
  await isOver;
  await screen.flushed();
  return {
    failure: screen.hasFailed ? language.outputFailed : closingFailure(closedBy, language),
    hasComplained: terminal.hasComplained,
  };

  async function enterAll(): Promise<void> {
    for await (const line of inputLines(input, maxLineBytes)) {
      if (line.kind === "line") terminal.enter(line.text);
      else if (line.kind === "notUtf8") terminal.complain(language.inputNotUtf8);
      else terminal.complain(language.inputTooLong);
      await terminal.unacknowledged.atMost(maxUnacknowledged);
      if (terminal.isLeaving || terminal.closedBy) break;
    }
    if (history > 0) await terminal.caughtUp;
    await terminal.unacknowledged.atMost(0);
    await terminal.transfersSettled;
  }
}
