import { assertEquals } from "@std/assert";
import { defaultDataDir } from "../../lib/client/data_dir.ts";

const home = { HOME: "/home/ana", LOCALAPPDATA: "C:\\Users\\ana\\AppData\\Local" };

for (
  const { os, variables, expected } of [
    { os: "linux", variables: home, expected: "/home/ana/.local/share/chat" },
    { os: "linux", variables: { ...home, XDG_DATA_HOME: "/data" }, expected: "/data/chat" },
    {
      os: "linux",
      variables: { ...home, XDG_DATA_HOME: "" },
      expected: "/home/ana/.local/share/chat",
    },
    {
      os: "linux",
      variables: { ...home, XDG_DATA_HOME: "x" },
      expected: "/home/ana/.local/share/chat",
    },
    { os: "freebsd", variables: home, expected: "/home/ana/.local/share/chat" },
    { os: "darwin", variables: home, expected: "/home/ana/Library/Application Support/chat" },
    { os: "windows", variables: home, expected: "C:\\Users\\ana\\AppData\\Local\\chat" },
    { os: "linux", variables: {}, expected: undefined },
    { os: "darwin", variables: { HOME: "" }, expected: undefined },
    { os: "windows", variables: { HOME: "/home/ana" }, expected: undefined },
  ]
) {
  Deno.test(`defaultDataDir() is ${expected} on ${os} with ${Object.keys(variables)}`, () => {
    const environment = (variable: string) =>
      (variables as Readonly<Record<string, string>>)[variable];
    assertEquals(defaultDataDir(environment, os), expected);
  });
}
