/**
 * Makes `dist/chat-server` and `dist/chat-client`, each with the permissions of its task in deno.json.
 *
 *     deno task compile [--target TRIPLE] [--output DIR]
 *
 * @module
 */
import { parseArgs } from "@std/cli/parse-args";
import config from "../deno.json" with { type: "json" };

const programs = ["server", "client"] as const;

const { target, output = "dist" } = parseArgs(Deno.args, { string: ["target", "output"] });
const toTarget = target ? ["--target", String(target)] : [];

for (const program of programs) {
  const flags = config.tasks[program].split(" ").filter((word) => word.startsWith("--"));
  const command = new Deno.Command(Deno.execPath(), {
    args: [
      "compile",
      "--quiet",
      ...flags,
      ...toTarget,
      "--output",
      `${output}/chat-${program}`,
      `${program}.ts`,
    ],
  });
  const { success, code } = await command.spawn().status;
  if (!success) Deno.exit(code);
}
