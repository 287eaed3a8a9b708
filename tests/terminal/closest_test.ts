import { assertEquals } from "@std/assert";
import { closest } from "../../lib/terminal/closest.ts";

const candidates = ["udp", "tcp", "usuarios", "ajuda", "sair", "private", "privado"];

const words: readonly { name: string; input: string; expected: string | undefined }[] = [
  { name: "a letter too few", input: "usurios", expected: "usuarios" },
  { name: "a letter too many", input: "ajjuda", expected: "ajuda" },
  { name: "two other letters", input: "sauda", expected: "ajuda" },
  { name: "two changes", input: "prvade", expected: "private" },
  { name: "two letters changed places", input: "pirvado", expected: "privado" },
  { name: "another word", input: "mouse", expected: undefined },
  { name: "a word too short to tell", input: "x", expected: undefined },
  { name: "nothing", input: "", expected: undefined },
  { name: "the word itself", input: "tcp", expected: "tcp" },
];

for (const { name, input, expected } of words) {
  Deno.test(`closest() of ${name} is ${expected}`, () => {
    assertEquals(closest(input, candidates), expected);
  });
}
