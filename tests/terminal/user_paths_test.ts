import { assertEquals } from "@std/assert";
import { defaultDownloads } from "../../lib/terminal/downloads.ts";
import { expandPath, homeOf, shortPath } from "../../lib/terminal/user_paths.ts";

const ignore = Deno.build.os === "windows"; // its paths look otherwise
const place = { home: "/home/ana", cwd: "/home/ana/work" };

const entered: readonly (readonly [path: string, expected: string])[] = [
  ["a.jpg", "/home/ana/work/a.jpg"],
  ["../a.jpg", "/home/ana/a.jpg"],
  ["/etc/hosts", "/etc/hosts"],
  ["~", "/home/ana"],
  ["~/a b", "/home/ana/a b"],
  ["~bia/a", "/home/ana/work/~bia/a"],
  ["./~/a", "/home/ana/work/~/a"],
];

for (const [path, expected] of entered) {
  Deno.test({
    name: `expandPath() of ${path} is ${expected}`,
    ignore,
    fn: () => assertEquals(expandPath(path, place), expected),
  });
}

const shown: readonly (readonly [path: string, expected: string])[] = [
  ["/home/ana/work/down/a.jpg", "down/a.jpg"],
  ["/home/ana/work", "."],
  ["/home/ana/work2/a", "~/work2/a"],
  ["/home/ana/work/..a", "..a"],
  ["/home/ana", "~"],
  ["/tmp/a", "/tmp/a"],
  ["/home/ana/work/a\x1b[2J\nb", "a b"],
];

for (const [path, expected] of shown) {
  Deno.test({
    name: `shortPath() of ${JSON.stringify(path)} is ${expected}`,
    ignore,
    fn: () => assertEquals(shortPath(path, place), expected),
  });
}

Deno.test("shortPath() and expandPath() do without a home", () => {
  const homeless = { home: undefined, cwd: "/work" };
  assertEquals(shortPath("/home/ana/a", homeless), "/home/ana/a");
  assertEquals(expandPath("~/a", homeless), ignore ? "\\work\\~\\a" : "/work/~/a");
});

Deno.test("homeOf() knows where each system says it", () => {
  const environment = (variable: string) => ({ HOME: "/h", USERPROFILE: "U" })[variable];
  assertEquals([homeOf(environment, "linux"), homeOf(environment, "windows")], ["/h", "U"]);
  assertEquals(homeOf(() => undefined, "darwin"), undefined);
});

Deno.test({
  name:
    "defaultDownloads() is the home's Downloads where there is one, otherwise the working directory",
  ignore,
  fn() {
    assertEquals(
      defaultDownloads(place, (path) => path === "/home/ana/Downloads"),
      "/home/ana/Downloads",
    );
    assertEquals(defaultDownloads(place, () => false), "/home/ana/work");
    assertEquals(defaultDownloads({ home: undefined, cwd: "/w" }, () => true), "/w");
  },
});
