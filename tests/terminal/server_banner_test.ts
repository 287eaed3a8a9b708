import { assertEquals } from "@std/assert";
import { english } from "../../lib/terminal/english.ts";
import { portuguese } from "../../lib/terminal/portuguese.ts";
import { serverBanner } from "../../lib/terminal/server_banner.ts";

const server = { fingerprint: "AAAA-BBBB-CCCC-DDDD-EEEE", clientCommand: "chat-client" };

Deno.test("serverBanner() leaves the usual port out of the commands", () => {
  const addresses = ["192.168.0.7", "127.0.0.1", "::1"];
  assertEquals(
    serverBanner({ addresses, port: 7700, ...server, language: portuguese }),
    `Escutando na porta 7700, TCP e UDP, em:
  192.168.0.7
  127.0.0.1
  ::1
Impressão digital: AAAA-BBBB-CCCC-DDDD-EEEE
Para entrar, nesta máquina:  chat-client
Para entrar, em outra:       chat-client --server 192.168.0.7`,
  );
});

Deno.test("serverBanner() names another port, behind brackets where the address has colons", () => {
  const addresses = ["2001:db8::5", "::1"];
  assertEquals(
    serverBanner({ addresses, port: 7000, ...server, language: english }),
    `Listening on port 7000, TCP and UDP, at:
  2001:db8::5
  ::1
Fingerprint: AAAA-BBBB-CCCC-DDDD-EEEE
To enter, on this machine:  chat-client --server [::1]:7000
To enter, on another one:   chat-client --server [2001:db8::5]:7000`,
  );
});

Deno.test("serverBanner() sends nobody elsewhere where only this machine gets in", () => {
  const [, , , ...commands] = serverBanner({
    addresses: ["127.0.0.1"],
    port: 7700,
    ...server,
    language: english,
  }).split("\n");
  assertEquals(commands, ["To enter, on this machine:  chat-client"]);
});

Deno.test("serverBanner() uses the network's address here too where that is the only one", () => {
  const [, , , ...commands] = serverBanner({
    addresses: ["192.168.0.7"],
    port: 7700,
    ...server,
    language: english,
  }).split("\n");
  assertEquals(commands, [
    "To enter, on this machine:  chat-client --server 192.168.0.7",
    "To enter, on another one:   chat-client --server 192.168.0.7",
  ]);
});
