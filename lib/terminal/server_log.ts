import type { Clock } from "../clock.ts";
import { maxMemberLogLinesPerSecond, maxStrangerLogLinesPerSecond } from "../limits.ts";
import type { ServerEvent } from "../server/mod.ts";
import { cleanName } from "./clean_text.ts";
import type { Language } from "./language.ts";
import { LogThrottle } from "./log_throttle.ts";
import { plainAddress } from "./plain_address.ts";

export interface ServerLogOptions {
  readonly clock: Clock;
  readonly language: Language;
  readonly write: (line: string) => void;
}

/** The server's log: a line an event, behind the time of day. Nobody out there can fill it. */
export class ServerLog {
  readonly #options: ServerLogOptions;
  readonly #strangers: LogThrottle;
  readonly #members: LogThrottle;

  constructor(options: ServerLogOptions) {
    const { clock, language } = options;
    this.#options = options;
    const throttle = (linesPerSecond: number) =>
      new LogThrottle({
        clock,
        linesPerSecond,
        write: (line) => this.write(line),
        summarise: language.suppressed,
      });
    this.#strangers = throttle(maxStrangerLogLinesPerSecond);
    this.#members = throttle(maxMemberLogLinesPerSecond);
  }

  report(event: ServerEvent): void {
    const line = describeEvent(event, this.#options.language);
    const throttle = isAboutStranger(event) ? this.#strangers : this.#members;
    throttle.write(line);
  }

  write(line: string): void {
    const { clock, write } = this.#options;
    write(`${timeOfDay(clock.wallTime())} ${line}`);
  }

  /** Writes what it still owes. */
  close(): void {
    this.#strangers.flush();
    this.#members.flush();
  }
}

function isAboutStranger(event: ServerEvent): boolean {
  return event.kind === "refused" || event.kind === "exhausted" ||
    (event.kind === "violated" && event.name === undefined);
}

function describeEvent(event: ServerEvent, language: Language): string {
  switch (event.kind) {
    case "joined":
      return language.memberJoined(event.name, plainAddress(event.address), event.members);
    case "detached":
      return language.memberDetached(event.name, language.leftReasons[event.reason], event.members);
    case "resumed":
      return language.memberResumed(event.name, plainAddress(event.address), event.members);
    case "left":
      return language.memberLeft(event.name, language.leftReasons[event.reason], event.members);
    case "refused":
      return language.refused(plainAddress(event.address), language.refusals[event.code]);
    case "violated": {
      const who = event.name ?? plainAddress(event.address);
      return language.violated(who, language.violations[event.code]);
    }
    case "exhausted":
      return language.exhausted;
    case "storageFailed":
      return language.storageFailed(event.path);
    case "fault":
      return language.fault(describeError(event.error));
    default:
      return event satisfies never;
  }
}

/** What was thrown and where, on one line. */
function describeError(error: unknown): string {
  const text = error instanceof Error ? error.stack ?? error.message : String(error);
  const [what = "", where = ""] = text.split("\n");
  return cleanName(`${what} ${where.trim()}`.trim());
}

function timeOfDay(wallTime: number): string {
  const date = new Date(wallTime);
  return [date.getHours(), date.getMinutes(), date.getSeconds()]
    .map((number) => String(number).padStart(2, "0")).join(":");
}
