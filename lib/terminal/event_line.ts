import type { ClientEvent } from "../client/mod.ts";
import { cleanName, cleanText } from "./clean_text.ts";
import { describeReason, type Language } from "./language.ts";
import { type Line, notice } from "./line.ts";

/** How an event is shown; `undefined` where it isn't. */
export function eventLine(event: ClientEvent, language: Language): Line | undefined {
  switch (event.kind) {
    case "said":
      return {
        tone: "global",
        head: `[UDP] ${cleanName(event.from)}: `,
        text: cleanText(event.text),
      };
    case "told":
      return {
        tone: "privateToUs",
        head: `[TCP] ${language.privateFrom(cleanName(event.from))}: `,
        text: cleanText(event.text),
      };
    case "missing":
      return notice(language.missing(event.lastSeq - event.firstSeq + 1));
    case "overrun":
      return notice(language.overrun(event.count));
    case "unreadable":
      return notice(language.unreadable(cleanName(event.from)));
    case "undelivered":
      return notice(language.undelivered(cleanName(event.to)));
    case "joined":
      return notice(language.joined(cleanName(event.name)));
    case "left":
      return notice(language.left(cleanName(event.name)));
    case "path":
      return notice(language.path[event.transport]);
    case "disconnected":
      return notice(language.disconnected(describeReason(event.code, language)));
    case "reconnected":
      return notice(language.reconnected);
    case "delivered":
    case "closed":
      return undefined;
    default:
      return event satisfies never;
  }
}

/** How our own private message is shown. */
export function toldLine(to: string, text: string, language: Language): Line {
  const head = `[TCP] ${language.privateTo(cleanName(to))}: `;
  return { tone: "privateFromUs", head, text: cleanText(text) };
}
