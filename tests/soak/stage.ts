import { Program } from "../programs/program.ts";
import { ChaosProxy } from "../testing/chaos_proxy.ts";
import { SeededRandom } from "../testing/seeded_random.ts";
import { Changes } from "./changes.ts";
import { Member } from "./member.ts";
import { MemberProcess } from "./member_process_handle.ts";

/** How long members may take to come in, on a machine that does other things too. */
export const entranceMs = 60_000;

/** What a scenario plays on: one server, members' processes, bad networks; all of it is gone afterwards. */
export class Stage implements AsyncDisposable {
  readonly changes = new Changes();
  readonly dataDir = Deno.makeTempDirSync({ prefix: "chat-soak-" });
  /** For what isn't the network's doing: who speaks, when something is killed. */
  readonly random: SeededRandom;
  #server: Program | undefined;
  /** 0 until the first start has found one. */
  #port = 0;
  readonly #processes = new Set<MemberProcess>();
  readonly #proxies: ChaosProxy[] = [];

  constructor(readonly seed: number) {
    this.random = SeededRandom.derived(seed, "stage");
  }

  get port(): number {
    return this.#port;
  }

  /** Starts the real server program; the second time on the same port, with what the first has kept. */
  async startServer(): Promise<void> {
    const port = String(this.#port);
    const dataDir = `${this.dataDir}/server`;
    const args = ["--host", "127.0.0.1", "--port", port, "--data", dataDir, "--lang", "en"];
    this.#server = new Program("server", ...args);
    const [, bound] = await this.#server.prints(/ port (\d+),/);
    this.#port = Number(bound);
  }

  /** Kills the server with SIGKILL; resolves when it is gone. */
  async killServer(): Promise<void> {
    this.#server?.signal("SIGKILL");
    await this.#server?.finish();
    this.#server = undefined;
  }

  /** A bad network in front of the server. */
  addNetwork(): ChaosProxy {
    const seed = this.seed + this.#proxies.length;
    const proxy = new ChaosProxy({ upstreamPort: this.#port, seed });
    this.#proxies.push(proxy);
    return proxy;
  }

  /** Lets members in by one process; resolves when all have entered. */
  async enter(members: readonly Member[], port = this.#port): Promise<MemberProcess> {
    const entrances = members.map(({ entrances }) => entrances);
    const where = { server: `127.0.0.1:${port}`, dataDir: `${this.dataDir}/members` };
    const process = new MemberProcess(members, where, this.changes);
    this.#processes.add(process);
    void process.ended.then(() => this.#processes.delete(process));
    const areIn = () => members.every((member, i) => member.entrances > entrances[i]!);
    const isGone = process.ended.then(() => {
      if (!areIn()) throw new Error("a process of members ended before they were in");
    });
    const isInTime = await Promise.race([this.changes.until(areIn, entranceMs), isGone]);
    if (isInTime === false) throw new Error("members did not get in");
    return process;
  }

  /** Ends all at once, for when the program is interrupted. */
  killAll(): void {
    for (const process of this.#processes) void process.kill();
    this.#server?.signal("SIGKILL");
    Deno.removeSync(this.dataDir, { recursive: true });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([...this.#processes].map((process) => process.leave()));
    for (const proxy of this.#proxies) await proxy[Symbol.asyncDispose]();
    await this.killServer();
    await Deno.remove(this.dataDir, { recursive: true });
  }
}

/** Members by the names m1, m2, … */
export function makeMembers(count: number): Member[] {
  return Array.from({ length: count }, (_, i) => new Member(`m${i + 1}`));
}
