import { assert, assertEquals } from "@std/assert";
import type { Diagnosis } from "../../lib/client/mod.ts";
import { type Advice, describeDiagnosis } from "../../lib/terminal/diagnosis_words.ts";
import { english } from "../../lib/terminal/english.ts";
import { portuguese } from "../../lib/terminal/portuguese.ts";
import { allWell } from "./fake_client.ts";

const unknown = { works: undefined, arrived: 0, expected: 0 };
const blocked = { works: false, arrived: 3, expected: 64 };
const lossy = { works: true, arrived: 60, expected: 64 };

const cases: readonly {
  readonly name: string;
  readonly found: Partial<Diagnosis>;
  readonly advice: readonly Advice[];
  /** What some of the lines say, in Portuguese and in English. */
  readonly says?: readonly [portuguese: string, english: string];
}[] = [
  { name: "no trouble", found: {}, advice: ["allWell"] },
  {
    name: "UDP that is blocked on its way to the server",
    found: { transport: "tcp", toServer: blocked, fromServer: unknown, udpRoundTripMs: undefined },
    advice: ["blockedToServer"],
    says: [
      `UDP daqui até o servidor: não passa
UDP do servidor até aqui: ainda não se sabe
ida e volta: sem medida por UDP, 11 ms por TCP
suas mensagens globais vão por TCP`,
      `UDP from here to the server: doesn't get through
UDP from the server to here: not known yet
round trip: not measured over UDP, 11 ms over TCP
your global messages go over TCP`,
    ],
  },
  {
    name: "UDP that is blocked on its way back",
    found: { fromServer: blocked },
    advice: ["blockedFromServer"],
    says: ["UDP do servidor até aqui: não passa\n", "here: doesn't get through\n"],
  },
  {
    name: "UDP that is blocked both ways",
    found: { toServer: blocked, fromServer: blocked },
    advice: ["blockedBothWays"],
  },
  {
    name: "high loss",
    found: { toServer: lossy },
    advice: ["highLoss"],
    says: ["perda de 6% (chegaram 60 de 64)", "6% lost (60 of 64 arrived)"],
  },
  {
    name: "high loss of too little to tell",
    found: { fromServer: { works: true, arrived: 3, expected: 4 } },
    advice: ["allWell"],
  },
  {
    name: "nothing counted",
    found: { toServer: { works: true, arrived: 0, expected: 0 } },
    advice: ["allWell"],
    says: ["UDP daqui até o servidor: funciona\n", "UDP from here to the server: works\n"],
  },
  {
    name: "a NAT that does no harm",
    found: { hasNat: true },
    advice: ["allWell"],
    says: ["NAT: há um no caminho, e ele se lembra de você", "and it remembers you"],
  },
  {
    name: "a NAT that forgets, beside loss",
    found: { hasNat: true, natForgets: true, fromServer: lossy },
    advice: ["highLoss", "natForgets"],
    says: ["e ele às vezes se esquece de você", "now and then it forgets you"],
  },
  {
    name: "a connection too young to tell",
    found: { transport: undefined, toServer: unknown, fromServer: unknown },
    advice: ["untried"],
    says: ["vão por TCP até se saber se o UDP passa", "until it is known whether UDP gets through"],
  },
  {
    name: "a server that doesn't answer",
    found: {
      isAnswered: false,
      fromServer: unknown,
      hasNat: undefined,
      tcpRoundTripMs: undefined,
    },
    advice: ["silent"],
    says: ["NAT: ainda não se sabe", "NAT: not known yet"],
  },
  {
    name: "no connection",
    found: { isConnected: false, isAnswered: false, toServer: unknown, fromServer: unknown },
    advice: ["disconnected"],
  },
];

for (const { name, found, advice, says } of cases) {
  for (const [i, language] of [portuguese, english].entries()) {
    Deno.test(`describeDiagnosis() puts ${name} into words (${language.tag})`, () => {
      const lines = describeDiagnosis({ ...allWell, ...found }, language);
      const advised = lines.filter((line) => line.startsWith("→ "));
      assertEquals(advised, advice.map((kind) => `→ ${language.diagnosis.advice[kind](7_700)}`));
      if (says) assert(lines.join("\n").includes(says[i]!), lines.join("\n"));
    });
  }
}

Deno.test("describeDiagnosis() names the port that has to be opened", () => {
  const diagnosis = { ...allWell, port: 7_000, toServer: blocked };
  for (const language of [portuguese, english]) {
    const text = describeDiagnosis(diagnosis, language).join("\n");
    assert(/UDP (na porta|on port) 7000/.test(text), text);
  }
});

Deno.test("describeDiagnosis() says nothing of the way where there is none", () => {
  const lines = describeDiagnosis({ ...allWell, isConnected: false }, portuguese);
  assertEquals(lines.length, 2);
});
