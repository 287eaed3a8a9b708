import { pause } from "./attack.ts";
import type { SoakServer } from "./soak_server.ts";

/** What the server has in use at one moment. */
export interface Sample {
  readonly rssBytes: number;
  readonly openFiles: number;
}

const mib = 1_048_576;

/**
 * Memory that may be in use beyond what it was after warming up: the room's history is 8 MiB of texts, of
 * which each may cost a few times as much, and V8 gives pages back only when it next has a reason to.
 */
const rssToleranceBytes = 64 * mib;

/** SQLite may have a file more open; every connection of an attacker's is one. */
const openFilesTolerance = 3;

/** A hundred names, 21 key packages of 4 KiB for each of some, and a log of 4 MiB. */
const maxDataBytes = 16 * mib;

/** Longer than a silence or a stalled write lasts before the server ends it. */
const calmPatienceMs = 60_000;

/** Between two looks. */
const samplePauseMs = 1_000;

/** Looks after the server from outside, and says in the end what is wrong with it. */
export class ServerWatch {
  readonly #server: SoakServer;
  #baseline: Sample | undefined;
  #highest: Sample = { rssBytes: 0, openFiles: 0 };
  #last: Sample = { rssBytes: 0, openFiles: 0 };

  constructor(server: SoakServer) {
    this.#server = server;
  }

  async sample(): Promise<Sample> {
    const [rssBytes, openFiles] = [await this.#server.rssBytes(), await this.#server.openFiles()];
    this.#highest = {
      rssBytes: Math.max(rssBytes, this.#highest.rssBytes),
      openFiles: Math.max(openFiles, this.#highest.openFiles),
    };
    return this.#last = { rssBytes, openFiles };
  }

  /** From here on it may not grow. */
  async settle(): Promise<void> {
    await pause(samplePauseMs);
    this.#baseline = await this.sample();
  }

  /** Waits until it is back near where it was, but not for ever. */
  async calmDown(): Promise<void> {
    const deadline = Date.now() + calmPatienceMs;
    do {
      await pause(samplePauseMs);
      await this.sample();
    } while (this.#growth().length > 0 && Date.now() < deadline);
  }

  /** What is wrong, in the end. */
  async complaints(): Promise<string[]> {
    const { faults, log } = this.#server;
    const complaints = [...faults.map((line) => `the server wrote: ${line}`)];
    if (!this.#server.isAlive) return [...complaints, "the server is dead"];
    const dataBytes = await this.#server.dataBytes();
    if (log.lines > log.allowed) complaints.push(`${log.lines} lines in the log`);
    if (dataBytes > maxDataBytes) complaints.push(`${inMib(dataBytes)} of data`);
    return [...complaints, ...this.#growth()];
  }

  /** What has been seen, on one line. */
  async summary(): Promise<string> {
    const { lines, allowed } = this.#server.log;
    const [before, after, highest] = [this.#baseline, this.#last, this.#highest];
    const rss = [before?.rssBytes ?? 0, highest.rssBytes, after.rssBytes].map(inMib).join(" → ");
    const files = [before?.openFiles, highest.openFiles, after.openFiles].join(" → ");
    const dataBytes = this.#server.isAlive ? await this.#server.dataBytes() : 0;
    return `RSS ${rss}, open files ${files} (after warm-up → highest → in the end), ` +
      `${lines} of ${allowed.toFixed(0)} log lines, ${inMib(dataBytes)} of data`;
  }

  #growth(): string[] {
    if (!this.#baseline) return [];
    const { rssBytes, openFiles } = this.#last;
    const growth: string[] = [];
    if (rssBytes > this.#baseline.rssBytes + rssToleranceBytes) {
      growth.push(`memory grew from ${inMib(this.#baseline.rssBytes)} to ${inMib(rssBytes)}`);
    }
    if (openFiles > this.#baseline.openFiles + openFilesTolerance) {
      growth.push(`open files grew from ${this.#baseline.openFiles} to ${openFiles}`);
    }
    return growth;
  }
}

export function inMib(bytes: number): string {
  return `${(bytes / mib).toFixed(1)} MiB`;
}
