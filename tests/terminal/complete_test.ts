import { assertEquals } from "@std/assert";
import { complete } from "../../lib/terminal/complete.ts";

const members = ["ana", "bia", "João", "joana", "evil\x1b[2J", "two words"];

const lines: readonly {
  readonly name: string;
  readonly line: string;
  readonly expected: readonly string[];
  readonly tag?: "pt" | "en";
}[] = [
  {
    name: "a slash",
    line: "/",
    expected: [
      "/udp ",
      "/tcp ",
      "/usuarios",
      "/alcance",
      "/verificar ",
      "/confiar ",
      "/arquivo ",
      "/aceitar ",
      "/recusar ",
      "/transferencias",
      "/cancelar ",
      "/diagnostico",
      "/ajuda",
      "/sair",
    ],
  },
  {
    name: "a slash in English",
    line: "/",
    tag: "en",
    expected: [
      "/udp ",
      "/tcp ",
      "/who",
      "/reach",
      "/verify ",
      "/trust ",
      "/file ",
      "/accept ",
      "/decline ",
      "/transfers",
      "/cancel ",
      "/doctor",
      "/help",
      "/quit",
    ],
  },
  { name: "a command", line: "/us", expected: ["/usuarios"] },
  { name: "a command in capitals", line: "/US", expected: ["/usuarios"] },
  { name: "an alias", line: "/pri", expected: ["/privado ", "/private "] },
  { name: "the other language's name", line: "/wh", expected: ["/who"] },
  { name: "no command", line: "/x", expected: [] },
  { name: "a name after /tcp", line: "/tcp b", expected: ["bia "] },
  { name: "a name after an alias", line: "/msg B", expected: ["bia "] },
  { name: "names without an accent", line: "/tcp jo", expected: ["João ", "joana "] },
  { name: "a name with an accent", line: "/tcp joã", expected: ["João "] },
  { name: "an accent that was left out", line: "/tcp joao", expected: ["João "] },
  { name: "all names", line: "/tcp ", expected: ["João ", "ana ", "bia ", "joana "] },
  { name: "no name in a text", line: "/tcp bia a", expected: [] },
  { name: "no name for a command that takes none", line: "/udp a", expected: [] },
  { name: "a name at the start of a text", line: "bi", expected: ["bia: "] },
  { name: "no name further on", line: "oi bi", expected: [] },
  { name: "nothing", line: "", expected: [] },
  { name: "no name that moves the cursor", line: "ev", expected: [] },
  { name: "no name that a command would split", line: "tw", expected: [] },
];

for (const { name, line, expected, tag = "pt" } of lines) {
  Deno.test(`complete() offers ${name}`, () => {
    assertEquals(complete(line, members, tag)[0], expected);
  });
}

Deno.test("complete() says which end of the line it would replace", () => {
  assertEquals(complete("/tcp jo", members, "pt")[1], "jo");
  assertEquals(complete("/tc", members, "pt")[1], "/tc");
  assertEquals(complete("bi", members, "pt")[1], "bi");
});

const directories: Readonly<Record<string, readonly string[]>> = {
  ".": ["fotos/", "foto.jpg", "dia 1.jpg", ".oculto", "e\x1b[2J"],
  "~/": ["a"],
  "fotos/": ["b.jpg", "c.jpg"],
};

const paths: readonly (readonly [line: string, candidates: readonly string[], written: string])[] =
  [
    ["/file bia ", ["dia\\ 1.jpg ", "foto.jpg ", "fotos/"], ""],
    ["/file bia fo", ["foto.jpg ", "fotos/"], "fo"],
    ["/arquivo bia x fotos/b", ["fotos/b.jpg "], "fotos/b"],
    ["/file bia .", [".oculto "], "."],
    ["/file bia ~/", ["~/a "], "~/"],
    ["/file bia 'di", ["'dia 1.jpg' "], "'di"],
    ['/file bia "fo', ['"foto.jpg" ', '"fotos/'], '"fo'],
    ["/file bia dia\\ ", ["dia\\ 1.jpg "], "dia\\ "],
    ["/accept fo", ["foto.jpg ", "fotos/"], "fo"],
    ["/accept 1 fo", ["foto.jpg ", "fotos/"], "fo"],
    ["/file b", ["bia "], "b"],
  ];

for (const [line, candidates, written] of paths) {
  Deno.test(`complete() offers paths behind ${line}`, () => {
    const listDirectory = (path: string) => directories[path] ?? [];
    assertEquals(complete(line, members, "pt", listDirectory), [[...candidates], written]);
  });
}
