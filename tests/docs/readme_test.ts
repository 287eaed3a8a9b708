import { assert, assertEquals } from "@std/assert";
import config from "../../deno.json" with { type: "json" };
import { clientFlags } from "../../lib/terminal/client_flags.ts";
import { type Command, commands, namesOf } from "../../lib/terminal/command.ts";
import type { FlagTable } from "../../lib/terminal/flag.ts";
import { serverFlags } from "../../lib/terminal/server_flags.ts";

const ignore = Deno.permissions.querySync({ name: "read" }).state !== "granted";
const root = new URL("../../", import.meta.url);
const documents = [
  "README.md",
  "docs/LEIA-ME.md",
  "docs/PROTOCOL.md",
  "docs/SECURITY.md",
  "CONTRIBUTING.md",
  "CHANGELOG.md",
];
const manuals = documents.slice(0, 2);

const flagTables: readonly FlagTable[] = [serverFlags, clientFlags];
const flags = flagTables.flatMap((table) =>
  Object.entries(table).flatMap(([name, { variable, letter }]) => [
    `--${name}`,
    ...(variable ? [variable] : []),
    ...(letter ? [`-${letter}`] : []),
  ])
);
const commandNames = commands.flatMap((command: Command) =>
  namesOf(command, "pt").map((name) => `/${name}`)
);

/** Everything that a document sets in backquotes. */
function quoted(text: string): string[] {
  return [...text.matchAll(/`([^`\n]+)`/g)].map(([, inside]) => inside!);
}

for (const path of manuals) {
  Deno.test({
    name: `${path} has every option, variable and command`,
    ignore,
    fn: async () => {
      const firstWords = quoted(await Deno.readTextFile(new URL(path, root))).map((text) =>
        text.split(" ")[0]
      );
      for (const word of [...flags, ...commandNames]) {
        assert(firstWords.includes(word), `${word} is not in ${path}`);
      }
    },
  });
}

for (const path of documents) {
  Deno.test({
    name: `${path} names tasks that exist and links to files that do`,
    ignore,
    fn: async () => {
      const text = await Deno.readTextFile(new URL(path, root));
      const tasks = [...text.matchAll(/deno(?:@[\d.]+)? task (?:--quiet )?([a-z]+)/g)];
      for (const [, task] of tasks) assert(task! in config.tasks, `there is no task ${task}`);
      for (const [, link] of text.matchAll(/\]\((?!https:|#)([^)#]+)/g)) {
        const { isFile } = await Deno.stat(new URL(link!, new URL(path, root)));
        assertEquals(isFile, true);
      }
    },
  });
}
