import { assertEquals } from "@std/assert";
import { closingFailure, entryFailure } from "../../lib/terminal/client_failure.ts";
import { english } from "../../lib/terminal/english.ts";
import { portuguese } from "../../lib/terminal/portuguese.ts";

const entry = { server: "127.0.0.1:7700", name: "Ana", language: portuguese };

Deno.test("entryFailure() says that nobody answers, and what to look at", () => {
  assertEquals(entryFailure("unreachable", entry), {
    error: "não foi possível entrar em 127.0.0.1:7700: ninguém responde nesse endereço",
    hint: "veja se o servidor está ligado e se o endereço está certo (--server HOST[:PORTA])",
  });
});

Deno.test("entryFailure() speaks of the name where another one would do", () => {
  assertEquals(entryFailure("nameTaken", entry), {
    error: "não dá para entrar como Ana: esse nome já está em uso",
    hint: "escolha outro nome (--name NOME)",
  });
});

Deno.test("entryFailure() says what a server sent that it may not", () => {
  const { error } = entryFailure("badValue", { ...entry, language: english });
  assertEquals(error, "cannot enter 127.0.0.1:7700: the server sent an invalid value");
});

Deno.test("closingFailure() has nothing to say of a connection that we closed", () => {
  assertEquals(closingFailure("closed", english), undefined);
  assertEquals(closingFailure(undefined, english), undefined);
  assertEquals(closingFailure("replaced", english), {
    error: "the connection is over: you have entered under the same name somewhere else",
    hint: "to be in both places, use a name for each",
  });
});
