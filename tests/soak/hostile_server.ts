import { concat } from "@std/bytes/concat";
import { EndToEnd } from "../../lib/client/end_to_end.ts";
import { MemoryStore } from "../../lib/client/memory_store.ts";
import { encodedMessage, type MemberMessage, type ServerMessage } from "../../lib/codec/mod.ts";
import { generateIdentity, maxDatagramPlaintextBytes } from "../../lib/crypto/mod.ts";
import { ManualClock } from "../testing/manual_clock.ts";
import type { SeededRandom } from "../testing/seeded_random.ts";
import { type Encryption, FuzzedClient } from "./fuzzed_client.ts";
import { HostileMessages } from "./hostile_messages.ts";
import { mutated } from "./mutations.ts";
import { textContent } from "../testing/contents.ts";

/** Kinds that a client takes over TCP from a server that keeps to the rules. */
const serverKinds: readonly ServerMessage["kind"][] = [
  ...[
    "said",
    "numbered",
    "newest",
    "missing",
    "accepted",
    "rejected",
    "told",
    "delivered",
  ] as const,
  ...["identified", "published", "members", "presence", "heard", "ping", "pong"] as const,
];

const nothing = new Uint8Array();

/** Somebody whom the server knows, or is itself: with real keys. */
const bia = { identity: generateIdentity(), clock: new ManualClock(), store: new MemoryStore() };
const biaSealer = new EndToEnd({ ...bia, name: () => "bia" });

/**
 * One client's server for a while: sends it valid messages, nonsense, and answers to what it asks that are
 * right, or nearly so.
 */
export class HostileServer {
  readonly client: FuzzedClient;
  readonly #random: SeededRandom;
  readonly #messages: HostileMessages;
  readonly #encryption: Encryption;
  /** What the client has asked and nobody has answered yet. */
  #unanswered: MemberMessage[] = [];
  #newestSeq = 0;

  constructor(random: SeededRandom, encryption: Encryption) {
    this.#random = random;
    this.#messages = new HostileMessages(random);
    this.#encryption = encryption;
    this.client = new FuzzedClient(encryption);
    this.#reconnect();
  }

  /** So many things happen to the client, which comes back whenever it has had enough. */
  async run(steps: number): Promise<void> {
    for (let step = 1; step <= steps && this.client.findings.length === 0; step++) {
      if (!await this.#step()) this.#reconnect();
      if (this.#encryption === "end-to-end" || step % 64 === 0) await turn();
    }
  }

  /** `false` where the client has had enough. */
  async #step(): Promise<boolean> {
    const { client } = this;
    const random = this.#random;
    switch (random.below(10)) {
      case 0:
        return client.receive(this.#messages.plaintext());
      case 1:
        return client.receiveDatagram(
          this.#messages.valid(["said", "probe"]).subarray(0, maxDatagramPlaintextBytes),
        );
      case 2:
        if (!random.oneIn(10)) return true;
        return client.receiveDatagram(
          this.#messages.plaintext().subarray(0, maxDatagramPlaintextBytes),
        );
      case 3:
        this.#actAsUser();
        return true;
      case 4:
        client.pass(random.pick([0, 1, 60, 1_000, 30_000]));
        return true;
      case 5:
        if (random.oneIn(20)) this.#reconnect();
        return true;
      case 6:
      case 7:
        return await this.#answer();
      default:
        return client.receive(this.#messages.valid(serverKinds));
    }
  }

  #reconnect(): void {
    const random = this.#random;
    const newestSeq = random.pick([0, this.#newestSeq, 2 ** 53 - 1]);
    this.client.enter({ room: BigInt(random.below(2)), newestSeq });
    const members = { kind: "members", names: ["ana", "bia"], complete: true } as const;
    this.client.receive(encodedMessage(members));
    this.client.receive(encodedMessage({ kind: "published", supply: 0n, left: 0 }));
  }

  #actAsUser(): void {
    const { client } = this;
    const { core } = client;
    const name = this.#random.pick(["bia", "ana", "bob", "", "no name"]);
    switch (this.#random.below(4)) {
      case 0:
        return client.request("say", () => core.say("Olá"));
      case 1:
        return client.request("tell", () => core.tell(name, "Olá"));
      case 2:
        if (this.#random.oneIn(50)) client.request("code", () => core.verification.codeFor(name)); // takes 100 ms
        return;
      case 3:
        core.verification.trust(name);
    }
  }

  /** Answers what the client has asked, rightly or nearly so. */
  async #answer(): Promise<boolean> {
    this.#unanswered.push(...this.client.session.take());
    this.#unanswered.push(...this.client.session.takeDatagrams().flat() as MemberMessage[]);
    const question = this.#unanswered.shift();
    if (!question) return true;
    const answers = (await this.#answersTo(question)).map(encodedMessage);
    if (answers.length === 0) return true;
    const plaintext = concat(answers);
    return this.client.receive(
      this.#random.oneIn(4) ? mutated(plaintext, this.#random) : plaintext,
    );
  }

  async #answersTo(question: MemberMessage): Promise<ServerMessage[]> {
    switch (question.kind) {
      case "say": {
        const { id, sentAt, text, signature } = question;
        const seq = this.#newestSeq += this.#random.pick([0, 1, 1, 2]);
        return [
          { kind: "said", seq, from: "ana", id, sentAt, text, signature },
          { kind: "numbered", id, seq },
        ];
      }
      case "send": {
        const { id } = question;
        const code = this.#random.pick(["unreadable", "memberLeft", "addresseeBusy"] as const);
        const outcome: ServerMessage = this.#random.oneIn(2)
          ? { kind: "delivered", id }
          : { kind: "rejected", id, code };
        return [{ kind: "accepted", id }, outcome];
      }
      case "identify": {
        const { id, name, wantsKeyPackage } = question;
        const signingKey = bia.identity.signingKeyPair.publicKey;
        const keyPackage = wantsKeyPackage ? await this.#keyPackage() : nothing;
        return [{ kind: "identified", id, name, signingKey, keyPackage }];
      }
      case "publish":
        return await this.#toldSealedFor(question.keyPackages[0]?.slice());
      default:
        return [];
    }
  }

  async #keyPackage(): Promise<Uint8Array> {
    const publish = keyPackages ??= biaSealer.supply({ supply: 0n, left: 0 })
      .then((made) => made!.keyPackages);
    const keyPackage = this.#random.pick(await publish);
    return this.#random.oneIn(2) ? keyPackage : mutated(keyPackage, this.#random).slice(0, 4_096);
  }

  /** A private message of bia's, as it was sealed or altered, perhaps more than once. */
  async #toldSealedFor(keyPackage: Uint8Array | undefined): Promise<ServerMessage[]> {
    if (!keyPackage || this.#encryption === "plain") return [];
    const { publicKey: signingKey } = this.client.identity.signingKeyPair;
    const ana = { name: "ana", signingKey };
    const content = textContent(7n, 0, "Olá\u001b[2J");
    if (!await biaSealer.begin(ana, keyPackage)) return [];
    const sealed = await biaSealer.seal(ana, content);
    if (sealed.kind !== "sealed") return [];
    const { envelope } = sealed;
    return [envelope, mutated(envelope, this.#random), envelope].map((each, i) => (
      { kind: "told", delivery: i, from: "bia", id: 7n, envelope: each.slice(0, 32_768) }
    ));
  }
}

/** Of bia's: to make them takes a while. */
let keyPackages: Promise<readonly Uint8Array[]> | undefined;

function turn(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 0));
}
