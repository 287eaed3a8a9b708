import { assertEquals } from "@std/assert";
import { english } from "../../lib/terminal/english.ts";
import type { Language } from "../../lib/terminal/language.ts";
import { portuguese } from "../../lib/terminal/portuguese.ts";
import { type Desk, runServerCommand } from "../../lib/terminal/server_commands.ts";

const at = (hour: number) => new Date(2026, 0, 2, hour, 5).getTime();

/** A desk where Ana alone owns a name, and what was asked of it. */
class FakeDesk implements Desk {
  readonly asked: string[] = [];

  invite(now: number): string {
    this.asked.push(`invite ${now}`);
    return "ABCD-EFGH";
  }

  members() {
    const ana = { name: "ana", claimedAt: at(3), lastSeenAt: at(14), isBanned: false };
    return [ana, { ...ana, name: "eva\x1b[31m", isBanned: true }];
  }

  release(name: string): boolean {
    return name === "ana";
  }

  ban(name: string): boolean {
    return name === "ana";
  }
}

function run(
  name: Parameters<typeof runServerCommand>[0]["name"],
  argument = "",
  language: Language = english,
) {
  return runServerCommand({ name, argument }, new FakeDesk(), { now: 7, language });
}

Deno.test("runServerCommand() prints nothing but the code of an invitation", () => {
  const desk = new FakeDesk();
  const given = { name: "invite", argument: "" } as const;
  assertEquals(runServerCommand(given, desk, { now: 7, language: english }), "ABCD-EFGH");
  assertEquals(desk.asked, ["invite 7"]);
});

Deno.test("runServerCommand() lists members, a line each", () => {
  assertEquals(
    run("members"),
    "ana  since 2026-01-02 03:05, last here 2026-01-02 14:05\n" +
      "eva  since 2026-01-02 03:05, last here 2026-01-02 14:05, banned",
  );
});

Deno.test("runServerCommand() says what it has done, in the user's language", () => {
  assertEquals(run("ban", "ana"), "ana is banned");
  assertEquals(run("ban", "ana", portuguese), "ana foi banido");
  assertEquals(run("release", "ana"), "ana is free: whoever enters by it first owns it");
});

Deno.test("runServerCommand() fails for a name that nobody owns", () => {
  for (const name of ["ban", "release"] as const) {
    assertEquals(run(name, "bia\x07"), {
      error: "nobody owns the name bia",
      hint: "the command members shows the names that have an owner",
    });
  }
});
