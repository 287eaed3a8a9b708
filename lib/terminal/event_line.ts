import type { ClientEvent } from "../client/mod.ts";
import { maxClockSkewMs } from "../limits.ts";
import { cleanName, cleanText } from "./clean_text.ts";
import { type CommandName, nameOf } from "./command.ts";
import { formatTime } from "./format_time.ts";
import { describeReason, type Language } from "./language.ts";
import { type Line, notice } from "./line.ts";

/** What a line says of members and of time besides the event. */
export interface Surroundings {
  readonly language: Language;
  /** Whether a member's code was compared: it is marked wherever its name stands. */
  readonly isVerified: (name: string) => boolean;
  /** In ms since 1970. */
  readonly now: number;
}

/** No name can contain it, nor anything that looks like it. */
const verifiedMark = " ✓";

/** A member's name as it is shown. */
export function labelOf(name: string, isVerified: (name: string) => boolean): string {
  return cleanName(name) + (isVerified(name) ? verifiedMark : "");
}

/** How an event is shown; `undefined` where it isn't, or where `Receipts` shows it. */
export function eventLine(event: ClientEvent, surroundings: Surroundings): Line | undefined {
  const { language } = surroundings;
  const commandName = (id: CommandName) => nameOf(id, language.tag);
  const label = (name: string) => labelOf(name, surroundings.isVerified);
  switch (event.kind) {
    case "said":
      return {
        tone: event.isPast ? "past" : "global",
        head: `[UDP] ${describeAuthor(event, (name) => name, surroundings)}: `,
        text: cleanText(event.text),
      };
    case "told":
      return {
        tone: "privateToUs",
        head: `[TCP] ${describeAuthor(event, language.privateFrom, surroundings)}: `,
        text: cleanText(event.text),
      };
    case "missing":
      return notice(language.missing(event.lastSeq - event.firstSeq + 1));
    case "overrun":
      return notice(language.overrun(event.count));
    case "unreadable":
      return notice(language.unreadable(label(event.from)));
    case "joined":
      return notice(language.joined(label(event.name)));
    case "left":
      return notice(language.left(label(event.name)));
    case "path":
      return notice(language.path[event.transport]);
    case "disconnected":
      return notice(language.disconnected(describeReason(event.code, language)));
    case "reconnected":
      return notice(language.reconnected);
    case "keyChanged":
      return {
        tone: "warning",
        head: "!!! ",
        text: language.keyChanged(
          cleanName(event.name),
          commandName("verify"),
          commandName("trust"),
        ),
      };
    case "caughtUp":
      return notice(language.caughtUp);
    case "offered":
    case "transfer":
    case "repeated":
    case "reached":
    case "delivered":
    case "undelivered":
    case "closed":
      return undefined;
    default:
      return event satisfies never;
  }
}

type Message = Extract<ClientEvent, { kind: "said" | "told" }>;

/** Who has written a message, as far as that can be told and, where it isn't now, when. */
function describeAuthor(
  message: Message,
  phrase: (label: string) => string,
  { language, isVerified, now }: Surroundings,
): string {
  const { from, sentAt, authenticity } = message;
  const isGenuine = authenticity === "signed";
  const doubt = isGenuine ? "" : `(${language.doubts[authenticity]}) `;
  const label = labelOf(from, (name) => isGenuine && isVerified(name));
  const time = isOfNow(message, now) ? "" : ` (${formatTime(sentAt, now, language)})`;
  return `${doubt}${phrase(label)}${time}`;
}

function isOfNow(message: Message, now: number): boolean {
  const isPast = message.kind === "said" && message.isPast;
  return !isPast && Math.abs(now - message.sentAt) <= maxClockSkewMs;
}

/** How our own private message is shown; `label` is the addressee as shown, `mark` how far it has come. */
export function toldLine(label: string, mark: string, text: string, language: Language): Line {
  const head = `[TCP] ${language.privateTo(label)} (${mark}): `;
  return { tone: "privateFromUs", head, text: cleanText(text) };
}
