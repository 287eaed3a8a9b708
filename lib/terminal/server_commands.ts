import type { OwnedName } from "../server/mod.ts";
import { cleanName } from "./clean_text.ts";
import type { Failure } from "./failure.ts";
import type { CommandTable, GivenCommand } from "./flag.ts";
import type { Language } from "./language.ts";

/** What chat-server can be told to do instead of running. */
export const serverCommands = {
  invite: "none",
  members: "none",
  release: "name",
  ban: "name",
} as const satisfies CommandTable;

export type ServerCommandName = keyof typeof serverCommands;

/** What the commands do: the server's `Operator`. */
export interface Desk {
  invite(now: number): string;
  members(): OwnedName[];
  release(name: string): boolean;
  ban(name: string): boolean;
}

/** Does what a command says; answers what there is to show. */
export function runServerCommand(
  { name, argument }: GivenCommand<typeof serverCommands>,
  desk: Desk,
  { now, language }: { readonly now: number; readonly language: Language },
): string | Failure {
  const shown = cleanName(argument);
  switch (name) {
    case "invite":
      return desk.invite(now);
    case "members":
      return desk.members().map((member) => describeMember(member, language)).join("\n");
    case "release":
      return desk.release(argument) ? language.nameReleased(shown) : language.noOwner(shown);
    case "ban":
      return desk.ban(argument) ? language.memberBanned(shown) : language.noOwner(shown);
    default:
      return name satisfies never;
  }
}

/** The name first, for scripts to find. */
function describeMember(member: OwnedName, language: Language): string {
  const { claimedAt, lastSeenAt, isBanned } = member;
  const text = language.ownedName(formatTime(claimedAt), formatTime(lastSeenAt), isBanned);
  return `${cleanName(member.name)}  ${text}`;
}

/** By the clock on the wall: `2026-11-25 12:42`. */
function formatTime(wallTime: number): string {
  const date = new Date(wallTime);
  const [year, ...rest] = [
    date.getFullYear(),
    date.getMonth() + 1,
    date.getDate(),
    date.getHours(),
    date.getMinutes(),
  ].map((number) => String(number).padStart(2, "0"));
  const [month, day, hours, minutes] = rest;
  return `${year}-${month}-${day} ${hours}:${minutes}`;
}
