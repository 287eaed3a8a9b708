import type { MemberProcess } from "./member_process_handle.ts";
import type { MemberReport, PlainEvent } from "./member_process.ts";

type EventOf<Kind extends PlainEvent["kind"]> = Extract<PlainEvent, { kind: Kind }>;

/** With the time at which the member's process reported it. */
type Timed<Type> = Type & { readonly at: number };

/** What a member has reported so far, through all lives of its process. */
export class Member {
  readonly said: Timed<EventOf<"said">>[] = [];
  readonly told: Timed<EventOf<"told">>[] = [];
  readonly paths: Timed<EventOf<"path">>[] = [];
  /** Whatever else it has reported. */
  readonly others: Timed<PlainEvent>[] = [];
  /** When `say` was called, by text; once it is numbered. */
  readonly numbered = new Map<string, number>();
  /** What was told and accepted: by text, the id. */
  readonly accepted = new Map<string, string>();
  /** What could not be said or told: by text, the code. */
  readonly failed = new Map<string, string>();
  /** How often it has come in, by itself or by being started anew. */
  entrances = 0;
  lastEntranceAt = 0;
  process: MemberProcess | undefined;

  constructor(readonly name: string) {}

  say(text: string): Promise<void> {
    return this.process!.command({ as: this.name, say: text });
  }

  tell(to: string, text: string): Promise<void> {
    return this.process!.command({ as: this.name, tell: [to, text] });
  }

  /** Other events of a kind. */
  count(kind: PlainEvent["kind"]): number {
    return this.others.filter((event) => event.kind === kind).length;
  }

  take(report: MemberReport): void {
    switch (report.kind) {
      case "ready":
        return this.#enter(report.at);
      case "numbered":
        this.numbered.set(report.text, report.calledAt);
        return;
      case "accepted":
        this.accepted.set(report.text, report.id);
        return;
      case "failed":
        this.failed.set(report.text, report.code);
        return;
      case "event":
        return this.#takeEvent(report.event, report.at);
      default:
        return report satisfies never;
    }
  }

  #takeEvent(event: PlainEvent, at: number): void {
    const timed = Object.assign(event, { at });
    if (timed.kind === "said") this.said.push(timed);
    else if (timed.kind === "told") this.told.push(timed);
    else if (timed.kind === "path") this.paths.push(timed);
    else this.others.push(timed);
    if (timed.kind === "reconnected") this.#enter(at);
  }

  #enter(at: number): void {
    this.entrances++;
    this.lastEntranceAt = at;
  }
}
