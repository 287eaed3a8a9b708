import { assertEquals } from "@std/assert";
import config from "../../deno.json" with { type: "json" };
import { mayUseFiles, withDataDir } from "../testing/data_dir.ts";
import { within } from "../testing/within.ts";

const mayRun = mayUseFiles && Deno.permissions.querySync({ name: "run" }).state === "granted";
const root = new URL("../../", import.meta.url);

function freePort(): number {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  return listener.addr.port;
}

/** Connects, as soon as somebody listens, and says what is no handshake; resolves once it is turned away. */
async function disturb(port: number): Promise<void> {
  for (;;) {
    try {
      using conn = await Deno.connect({ hostname: "127.0.0.1", port });
      await conn.write(new TextEncoder().encode("GET / HTTP/1.1\r\n\r\n"));
      await conn.read(new Uint8Array(1)).catch(() => null);
      return;
    } catch (error) {
      if (!(error instanceof Deno.errors.ConnectionRefused)) throw error;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }
}

Deno.test({
  name: "chat-server goes on where its log can't be written (needs permission to run and to write)",
  ignore: !mayRun || Deno.build.os !== "linux",
  fn: () =>
    withDataDir(async (dataDir) => {
      const port = freePort();
      const [, ...args] = config.tasks.server.split(" ");
      const server = new Deno.Command("sh", {
        args: ["-c", 'exec "$@" > /dev/full', "sh", Deno.execPath(), ...args]
          .concat("--host", "127.0.0.1", "--port", String(port), "--data", dataDir),
        cwd: root,
        stderr: "piped",
      }).spawn();
      for (let i = 0; i < 2; i++) await within(disturb(port), "the server to turn us away");
      server.kill("SIGTERM");
      const { code, stderr } = await server.output();
      assertEquals([code, new TextDecoder().decode(stderr)], [0, ""]);
    }),
});
