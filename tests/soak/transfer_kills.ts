import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { transferChunkBytes } from "../../lib/limits.ts";
import { CountingProxy } from "./counting_proxy.ts";
import { Member } from "./member.ts";
import type { Stage } from "./stage.ts";
import { ms, type Verdict } from "./verdict.ts";

/** Nothing new for so long: nothing will come. */
const patienceMs = 90_000;

/** Mishaps happen before so much of the content has passed. */
const lastShare = 0.98;

export const transferKillsDefaults = { kills: 100, size: 256 * 2 ** 20 };

/**
 * A file goes from one member to another through the server, while connections are cut and processes killed, each
 * time that a part of it has passed: it arrives, and what had arrived, opened and written, isn't sent twice. What was
 * on its way is lost with whatever carried it, as with any stream; how much that was is said too.
 */
export async function transferKills(
  stage: Stage,
  verdict: Verdict,
  { kills, size }: typeof transferKillsDefaults,
): Promise<void> {
  await stage.startServer();
  const scene = new Scene(stage, size);
  await using _ = scene;
  await scene.open();
  const startedAt = performance.now();
  const places = Array.from({ length: kills }, () => stage.random.fraction() * size * lastShare)
    .sort((a, b) => a - b);
  let happened = 0;
  let arrived = 0;
  let again = 0;
  for (const place of places) {
    const before = scene.received;
    if (!await scene.until(() => scene.received > Math.max(place, before))) break;
    await scene.suffer();
    again += Math.max(0, arrived - scene.arrivedBytes);
    arrived = scene.arrivedBytes;
    happened++;
  }
  const isDone = await scene.until(() => scene.isDone);
  verdict.note(`${scene.mishaps}; took ${ms(performance.now() - startedAt)}`);
  verdict.check(happened === kills, `${happened} cuts and kills`);
  verdict.check(isDone, "both sides took it for done");
  verdict.check(scene.areEqual, "SHA-256 of what was sent and what arrived are equal");
  const written = await scene.writtenBytes() - size;
  verdict.note(`the sender sent ${mib(scene.sent - size)} beyond the content`);
  verdict.note(`${mib(scene.received - size)} beyond it reached the receiver's machine`);
  verdict.note(
    `the receiver wrote ${mib(written)} beyond it, databases of ${scene.lives} lives too`,
  );
  verdict.check(
    again <= happened * transferChunkBytes,
    `of what had arrived, ${again / transferChunkBytes} chunks came again`,
  );
}

function mib(bytes: number): string {
  return `${(bytes / 2 ** 20).toFixed(2)} MiB`;
}

/** The two members, each behind a proxy, and the file. */
class Scene implements AsyncDisposable {
  readonly #stage: Stage;
  readonly #size: number;
  readonly #sender = new Member("ana");
  readonly #receiver = new Member("bia");
  readonly #near: CountingProxy;
  readonly #far: CountingProxy;
  readonly #path: string;
  readonly #counts = new Map<string, number>();
  /** What the receiver wrote in lives that are over. */
  #written = 0;
  /** How often the receiver was started. */
  lives = 0;

  constructor(stage: Stage, size: number) {
    this.#stage = stage;
    this.#size = size;
    this.#near = new CountingProxy(stage.port, stage.changes);
    this.#far = new CountingProxy(stage.port, stage.changes);
    this.#path = `${stage.dataDir}/file`;
  }

  /** Bytes that have passed to the receiver. */
  get received(): number {
    return this.#far.passed.down;
  }

  /** Bytes that have left the sender. */
  get sent(): number {
    return this.#near.passed.up;
  }

  /** Bytes that the receiver has written, in all its lives. */
  async writtenBytes(): Promise<number> {
    return this.#written + await this.#receiver.process!.writtenBytes();
  }

  /** Content on the receiver's disk: it only ever grows, but for what is to come again. */
  get arrivedBytes(): number {
    const directory = `${this.#stage.dataDir}/members/bia`;
    const partial = Deno.readDirSync(directory).find(({ name }) => name.endsWith(".part"));
    const path = partial ? `${directory}/${partial.name}/content/file` : `${directory}/file`;
    return existsSync(path) ? Deno.statSync(path).size : 0;
  }

  get isDone(): boolean {
    return [this.#sender, this.#receiver].every(({ others }) =>
      others.some((event) => event.kind === "transfer" && event.transfer.state === "done")
    );
  }

  get areEqual(): boolean {
    const [sent, received] = [this.#path, `${this.#stage.dataDir}/members/bia/file`].map((path) => {
      try {
        return createHash("sha256").update(Deno.readFileSync(path)).digest("hex");
      } catch {
        return undefined; // it isn't there
      }
    });
    return sent !== undefined && sent === received;
  }

  /** What has happened, and how often. */
  get mishaps(): string {
    return [...this.#counts].map(([mishap, count]) => `${mishap} ${count} times`).join(", ");
  }

  /** Makes the file, and lets it be offered and accepted. */
  async open(): Promise<void> {
    using file = Deno.openSync(this.#path, { write: true, createNew: true });
    const piece = new Uint8Array(65_536);
    for (let left = this.#size; left > 0; left -= piece.length) {
      file.writeSync(crypto.getRandomValues(piece).subarray(0, left));
    }
    await this.#enter(this.#sender, this.#near);
    await this.#enter(this.#receiver, this.#far);
    await this.#sender.process!.command({ as: "ana", offer: ["bia", this.#path] });
    await this.until(() => this.#receiver.count("offered") > 0);
    await this.#receiver.process!.command({ as: "bia", accept: 1 });
  }

  /** Waits as long as bytes come. */
  until(holds: () => boolean): Promise<boolean> {
    return this.#stage.changes.untilStalled(holds, () => this.received, patienceMs);
  }

  /** Lets something happen, whatever is drawn. */
  async suffer(): Promise<void> {
    const mishaps: readonly [string, () => Promise<void> | void][] = [
      ["sender cut", () => this.#near.cut()],
      ["receiver cut", () => this.#far.cut()],
      ["sender killed", () => this.#kill(this.#sender, this.#near)],
      ["receiver killed", () => this.#kill(this.#receiver, this.#far)],
      ["server killed", async () => {
        await this.#stage.killServer();
        await this.#stage.startServer();
      }],
    ];
    const [name, act] = mishaps[this.#stage.random.below(mishaps.length)]!;
    this.#counts.set(name, (this.#counts.get(name) ?? 0) + 1);
    await act();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#near[Symbol.asyncDispose]();
    await this.#far[Symbol.asyncDispose]();
  }

  async #kill(member: Member, proxy: CountingProxy): Promise<void> {
    const written = await member.process!.freeze();
    if (member === this.#receiver) this.#written += written;
    await member.process!.kill();
    await this.#enter(member, proxy);
  }

  async #enter(member: Member, { port }: CountingProxy): Promise<void> {
    await this.#stage.enter([member], port);
    if (member === this.#receiver) this.lives++;
  }
}
