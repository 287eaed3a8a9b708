import type { ClientEvent } from "../client/mod.ts";
import { maxClockSkewMs } from "../limits.ts";
import { cleanName, cleanText } from "./clean_text.ts";
import { type CommandName, nameOf } from "./command.ts";
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

/** The last moment that a date can tell (ECMA-262 §21.4.1.1). */
const lastDate = 8.64e15;

/** No name can contain it, nor anything that looks like it. */
const verifiedMark = " ✓";

/** A member's name as it is shown. */
export function labelOf(name: string, isVerified: (name: string) => boolean): string {
  return cleanName(name) + (isVerified(name) ? verifiedMark : "");
}

/** How an event is shown; `undefined` where it isn't. */
export function eventLine(event: ClientEvent, surroundings: Surroundings): Line | undefined {
  const { language } = surroundings;
  const commandName = (id: CommandName) => nameOf(id, language.tag);
  const label = (name: string) => labelOf(name, surroundings.isVerified);
  switch (event.kind) {
    case "said":
      return {
        tone: "global",
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
    case "undelivered":
      return notice(language.undelivered(label(event.to)));
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
    case "repeated":
    case "delivered":
    case "closed":
      return undefined;
    default:
      return event satisfies never;
  }
}

/** Who has written a message, as far as that can be told and, where it isn't now, when. */
function describeAuthor(
  { from, sentAt, authenticity }: Extract<ClientEvent, { kind: "said" | "told" }>,
  phrase: (label: string) => string,
  { language, isVerified, now }: Surroundings,
): string {
  const isGenuine = authenticity === "signed";
  const doubt = isGenuine ? "" : `(${language.doubts[authenticity]}) `;
  const label = labelOf(from, (name) => isGenuine && isVerified(name));
  const isOfNow = Math.abs(now - sentAt) <= maxClockSkewMs;
  const time = isOfNow ? "" : ` (${formatTime(sentAt, language)})`;
  return `${doubt}${phrase(label)}${time}`;
}

function formatTime(wallTime: number, { tag }: Language): string {
  const options = { day: "2-digit", month: "2-digit", hour: "2-digit", minute: "2-digit" } as const;
  return new Date(Math.min(wallTime, lastDate)).toLocaleString(tag, options);
}

/** How our own private message is shown; `label` is the addressee as shown. */
export function toldLine(label: string, text: string, language: Language): Line {
  const head = `[TCP] ${language.privateTo(label)}: `;
  return { tone: "privateFromUs", head, text: cleanText(text) };
}
