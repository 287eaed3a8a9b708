import { assertEquals } from "@std/assert";
import { DataDirError } from "../../lib/server/mod.ts";
import { english } from "../../lib/terminal/english.ts";
import { serverFailure } from "../../lib/terminal/server_failure.ts";

const failures: readonly { error: Error; host?: string; expected: string | undefined }[] = [
  { error: new Deno.errors.AddrInUse(), expected: "port 7700 is already in use" },
  { error: new Deno.errors.PermissionDenied(), expected: "the system doesn't allow port 7700" },
  {
    error: new Deno.errors.AddrNotAvailable(),
    host: "10.9.9.9",
    expected: "cannot listen at the address 10.9.9.9",
  },
  {
    error: new DataDirError("chat-data/server.key", "damagedKey"),
    expected: "the file chat-data/server.key doesn't hold a key",
  },
  {
    error: new DataDirError("chat-data/server.key", "unusable"),
    expected: "cannot read or write chat-data/server.key",
  },
  {
    error: new DataDirError("chat-data/chat.db", "damagedDatabase"),
    expected: "the file chat-data/chat.db is damaged, or isn't the server's",
  },
  {
    error: new DataDirError("chat-data/chat.db", "newerDatabase"),
    expected: "the file chat-data/chat.db is from a newer version of the server",
  },
  {
    error: new DataDirError("chat-data/chat.db", "noDatabase"),
    expected: "there is no file chat-data/chat.db",
  },
  { error: new TypeError("a bug"), expected: undefined },
];

for (const { error, host, expected } of failures) {
  Deno.test(`serverFailure() of ${error.name} says ${expected ?? "nothing"}`, () => {
    const failure = serverFailure(error, { host, port: 7700, language: english });
    assertEquals(failure?.error, expected);
  });
}
