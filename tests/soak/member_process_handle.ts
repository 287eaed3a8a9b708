import type { Changes } from "./changes.ts";
import type { Member } from "./member.ts";
import type { MemberCommand, MemberProcessOptions, MemberReport } from "./member_process.ts";

/** How long a process may take to leave before it is killed. */
const farewellMs = 5_000;

/** The process that some members live in. */
export class MemberProcess {
  /** Resolves when it is gone and everything that it printed has been taken. */
  readonly ended: Promise<void>;
  readonly #child: Deno.ChildProcess;
  readonly #input: WritableStreamDefaultWriter<Uint8Array>;
  readonly #members: ReadonlyMap<string, Member>;
  readonly #changes: Changes;

  /** @param changes told of every report */
  constructor(
    members: readonly Member[],
    where: Pick<MemberProcessOptions, "server" | "dataDir">,
    changes: Changes,
  ) {
    const options: MemberProcessOptions = { ...where, names: members.map(({ name }) => name) };
    this.#members = new Map(members.map((member) => [member.name, member]));
    this.#changes = changes;
    const script = new URL("member_process.ts", import.meta.url).pathname;
    const permissions = ["--no-prompt", "--allow-net", "--allow-read", "--allow-write"];
    this.#child = new Deno.Command(Deno.execPath(), {
      args: ["run", ...permissions, script, JSON.stringify(options)],
      stdin: "piped",
      stdout: "piped",
    }).spawn();
    this.#input = this.#child.stdin.getWriter();
    this.ended = this.#run();
    for (const member of members) member.process = this;
  }

  /** A command to a process that has been killed is none. */
  async command(command: MemberCommand): Promise<void> {
    await this.#input.write(new TextEncoder().encode(`${JSON.stringify(command)}\n`)).catch(
      () => {},
    );
  }

  /** Stops it where it is, as if it had no time, and answers how many bytes it has written to files by then. */
  async freeze(): Promise<number> {
    this.#child.kill("SIGSTOP");
    while (!/^State:\s+T/m.test(await this.#procFile("status")));
    return await this.writtenBytes();
  }

  /** Bytes that it has written to files, and printed, so far; on Linux. */
  async writtenBytes(): Promise<number> {
    return Number((await this.#procFile("io")).match(/^wchar: (\d+)$/m)![1]);
  }

  #procFile(name: string): Promise<string> {
    return Deno.readTextFile(`/proc/${this.#child.pid}/${name}`);
  }

  /** Kills it as nothing else does: with SIGKILL. */
  async kill(): Promise<void> {
    try {
      this.#child.kill("SIGKILL");
    } catch {
      // gone before
    }
    await this.ended;
  }

  /** Ends its input and waits for it. */
  async leave(): Promise<void> {
    const timer = setTimeout(() => void this.kill(), farewellMs);
    await this.#input.close().catch(() => {});
    await this.ended;
    clearTimeout(timer);
  }

  async #run(): Promise<void> {
    let rest = "";
    for await (const text of this.#child.stdout.pipeThrough(new TextDecoderStream())) {
      const lines = (rest + text).split("\n");
      rest = lines.pop()!; // at a kill, half a line, which counts as not printed
      for (const line of lines) {
        const report: MemberReport = JSON.parse(line);
        this.#members.get(report.who)!.take(report);
      }
      this.#changes.notify();
    }
    await this.#child.status;
    await this.#input.abort().catch(() => {});
    this.#changes.notify();
  }
}
