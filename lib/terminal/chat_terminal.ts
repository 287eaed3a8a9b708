import {
  ChatError,
  type ChatErrorCode,
  type Client,
  type ClientEvent,
  nameKey,
} from "../client/mod.ts";
import type { Clock } from "../clock.ts";
import { cleanName } from "./clean_text.ts";
import { closest } from "./closest.ts";
import { type Command, commands, type Desk, nameOf, namesOf } from "./command.ts";
import { describeCommands, usageOf } from "./command_help.ts";
import { describeDiagnosis } from "./diagnosis_words.ts";
import { eventLine, labelOf, type Surroundings } from "./event_line.ts";
import { formatError } from "./failure.ts";
import { describeReason, type Language } from "./language.ts";
import { type Line, notice } from "./line.ts";
import { OwnCopies } from "./own_copies.ts";
import { StatusLine } from "./status_line.ts";
import { TransferDesk } from "./transfer_desk.ts";
import { TransferWatch } from "./transfer_watch.ts";
import { parseLine } from "./parse_line.ts";
import { ReachStatus } from "./reach_status.ts";
import { Receipts } from "./receipts.ts";
import type { Screen } from "./screen.ts";
import { Unacknowledged } from "./unacknowledged.ts";
import { type Place, shortPath } from "./user_paths.ts";

/** What is wrong with one message alone; every other code is about the connection. */
const messageErrors: ReadonlySet<ChatErrorCode> = new Set<ChatErrorCode>([
  "unknownMember",
  "memberLeft",
  "addresseeBusy",
  "unreadable",
  "quotaExceeded",
  "expired",
  "storageFailed",
  "memberKeyChanged",
  "memberKeyForged",
  "noKeyPackage",
  "textEmpty",
  "textTooLong",
  "outboxFull",
]);

/** What a terminal has to know about files. */
export interface FileOptions {
  /** Where they go unless the user says otherwise: an absolute path. */
  readonly downloads: string;
  /** Whether the client accepts those of verified members without asking. */
  readonly acceptsFromVerified: boolean;
  readonly place: Place;
}

const noFiles: FileOptions = {
  downloads: "/",
  acceptsFromVerified: false,
  place: { home: undefined, cwd: "/" },
};

/**
 * A conversation at a terminal, whatever that is: lines entered go to the client, what the client reports
 * goes to the screen.
 */
export class ChatTerminal implements Desk {
  /** Messages entered that have not been acknowledged and, where they are global, shown. */
  readonly unacknowledged = new Unacknowledged();
  readonly #client: Client;
  readonly #screen: Screen;
  readonly #language: Language;
  readonly #clock: Clock;
  readonly #copies = new OwnCopies();
  readonly #receipts: Receipts;
  readonly #reachStatus: ReachStatus | undefined;
  readonly #watch: TransferWatch;
  readonly #files: TransferDesk;
  /** Resolves once what was said last is settled, one way or the other. */
  #lastSaid = Promise.resolve();
  #transport: "udp" | "tcp" = "udp";
  #isConnected = true;
  readonly #caughtUp = Promise.withResolvers<void>();
  #hasShownPast = false;
  #knowsItIsKept = false;
  #isLeaving = false;
  #hasComplained = false;
  #unsent = 0;
  /** Private messages not sent, which the client keeps for its next start. */
  #kept = 0;
  #closedBy: ChatErrorCode | undefined;

  constructor(
    client: Client,
    screen: Screen,
    language: Language,
    clock: Clock,
    files: FileOptions = noFiles,
  ) {
    this.#clock = clock;
    this.#client = client;
    this.#screen = screen;
    this.#language = language;
    this.#receipts = new Receipts({
      clock,
      language,
      label: (name) => this.#label(name),
      show: (line) => screen.show(line),
    });
    const showStatus = screen.showStatus?.bind(screen);
    const status = showStatus && new StatusLine(["reach", "files"], showStatus);
    if (status) {
      const show = (text: string) => status.set("reach", text);
      this.#reachStatus = new ReachStatus({ clock, name: client.name, show });
    }
    const { downloads, place } = files;
    const common = {
      ...{ client, language, downloads, place },
      label: (name: string) => this.#label(name),
      show: (line: Line) => screen.show(line),
      complain: (text: string) => this.complain(text),
    };
    this.#watch = new TransferWatch({
      ...{ ...common, clock },
      isPresent: (name) => client.members().some((member) => nameKey(member) === nameKey(name)),
      acceptsFrom: (name) => files.acceptsFromVerified && client.isVerified(name),
      shortPath: (path) => shortPath(path, place),
      status: status && {
        show: (text) => status.set("files", text),
        get width() {
          return screen.statusWidth ?? Infinity;
        },
      },
    }, client.transfers());
    this.#files = new TransferDesk({ ...common, watch: this.#watch });
  }

  /** Whether something was asked for that couldn't be done. */
  get hasComplained(): boolean {
    return this.#hasComplained;
  }

  /** Why the connection is over, once it is. */
  get closedBy(): ChatErrorCode | undefined {
    return this.#closedBy;
  }

  /** Resolves once what was said before we came has been shown, where the client was asked for it. */
  get caughtUp(): Promise<void> {
    return this.#caughtUp.promise;
  }

  /** Resolves once the transfers that were asked for here are over, or can't go on without somebody's help. */
  get transfersSettled(): Promise<void> {
    return this.#files.settled();
  }

  /** Whether the user has asked to leave. */
  get isLeaving(): boolean {
    return this.#isLeaving;
  }

  /** Takes a line from the user. */
  enter(line: string): void {
    const input = parseLine(line);
    switch (input.kind) {
      case "nothing":
        return;
      case "text":
        return this.say(input.text);
      case "command":
        return input.command.run(this, ...input.args);
      case "misused":
        return this.complain(this.#language.misused(usageOf(input.command, this.#language)));
      case "unknownCommand":
        return this.#complainOfUnknown(input.name);
      default:
        return input satisfies never;
    }
  }

  /** Shows everything that happens until the connection is over. */
  async showEvents(): Promise<void> {
    for await (const event of this.#client.events()) await this.show(event);
    this.#receipts.flush();
    await this.unacknowledged.atMost(0);
    if (this.#unsent > 0) this.complain(this.#language.unsent(this.#unsent));
    if (this.#kept > 0) this.complain(this.#language.unsentPrivate(this.#kept));
  }

  /** Shows what has happened, where it is news. */
  async show(event: ClientEvent): Promise<void> {
    const isNews = this.#note(event);
    this.#reachStatus?.note(event);
    const line = isNews ? eventLine(event, this.#surroundings) : undefined;
    if (line) await this.#screen.show(line);
    await this.#watch.note(event);
    if (event.kind === "delivered") this.#receipts.deliver(event);
    if (event.kind === "undelivered") await this.#receipts.fail(event);
    if (event.kind === "said" || event.kind === "repeated") this.#copies.show(event.seq);
    if (event.kind === "missing") this.#copies.show(event.lastSeq);
    if (event.kind === "caughtUp" || event.kind === "closed") this.#caughtUp.resolve();
  }

  // ------------------------------------------------------------------------------------ what users ask

  say(text: string): void {
    this.#lastSaid = this.#send(
      this.#client.say(text).then(({ seq }) => this.#copies.shown(seq)),
    );
  }

  tell(to: string, text: string): void {
    const sentAt = this.#clock.wallTime();
    const shown = this.#client.tell(to, text).then(({ id }) =>
      this.#receipts.accept({ id, to, text, sentAt })
    );
    void this.#send(shown, to);
  }

  showMembers(): void {
    const labels = this.#client.members().map((name) => this.#label(name));
    const inOrder = labels.toSorted((a, b) => a.localeCompare(b, this.#language.tag));
    void this.#screen.show(notice(this.#language.members(inOrder)));
  }

  showReach(): void {
    this.#do(async () => {
      await this.#lastSaid; // it is meant, though it may have no number yet
      const { count, present, lacking } = await this.#client.reach();
      const names = lacking.map((name) => this.#label(name));
      const unnamed = present - count - names.length;
      await this.#screen.show(
        notice(this.#language.reach({ count, present, lacking: names, unnamed })),
      );
    });
  }

  verify(name: string, answer: string | undefined): void {
    if (answer === undefined) return this.#do(() => this.#showVerificationCode(name));
    if (!this.#language.sameCode.includes(answer.trim().toLowerCase())) {
      return this.complain(this.#language.misused(this.#confirmationOf(name)));
    }
    this.#do(() => {
      this.#client.confirmVerified(name);
      void this.#screen.show(notice(this.#language.verified(this.#label(name))));
    });
  }

  trust(name: string): void {
    this.#do(() => {
      const { trusted, nothingToTrust } = this.#language;
      const describe = this.#client.trust(name) ? trusted : nothingToTrust;
      void this.#screen.show(notice(describe(cleanName(name))));
    });
  }

  async #showVerificationCode(name: string): Promise<void> {
    const code = await this.#client.verificationCode(name);
    const confirm = this.#confirmationOf(name);
    await this.#screen.show(
      notice(this.#language.verificationCode(cleanName(name), code, confirm)),
    );
  }

  /** What users enter once they have compared a code. */
  #confirmationOf(name: string): string {
    const { tag, sameCode } = this.#language;
    return `${nameOf("verify", tag)} ${cleanName(name)} ${sameCode[0]}`;
  }

  offerFiles(to: string, paths: readonly string[]): void {
    this.#sayThatItIsKept();
    this.#do(() => this.#files.offer(to, paths));
  }

  acceptFiles(number: number | undefined, directory: string | undefined): void {
    this.#do(() => this.#files.accept(number, directory));
  }

  declineFiles(number: number | undefined): void {
    this.#do(() => this.#files.decline(number));
  }

  cancelTransfer(number: number | undefined): void {
    this.#do(() => this.#files.cancel(number));
  }

  showTransfers(): void {
    this.#do(() => this.#files.showAll());
  }

  /** Shows the transfers that an earlier start has left. */
  showUnfinished(): void {
    this.#watch.showEarlier();
  }

  /** Does what may turn out impossible, and says so. */
  #do(act: () => void | Promise<void>): void {
    const done = (async () => await act())().catch((error) => {
      if (!(error instanceof ChatError)) throw error;
      this.complain(describeReason(error.code, this.#language));
    });
    void this.unacknowledged.add(done);
  }

  #label(name: string): string {
    return labelOf(name, (name) => this.#client.isVerified(name));
  }

  get #surroundings(): Surroundings {
    const isVerified = (name: string) => this.#client.isVerified(name);
    return { language: this.#language, isVerified, now: this.#clock.wallTime() };
  }

  diagnose(): void {
    this.#do(async () => {
      const lines = describeDiagnosis(await this.#client.diagnose(), this.#language);
      await this.#screen.show(notice(lines.join("\n")));
    });
  }

  showHelp(): void {
    for (const text of describeCommands(this.#language)) {
      void this.#screen.show({ tone: "notice", head: "", text });
    }
  }

  leave(): void {
    this.#isLeaving = true;
  }

  /** Shows that something which the user asked for can't be done. */
  complain(text: string): void {
    this.#hasComplained = true;
    void this.#screen.show({ tone: "mistake", head: "", text: formatError(text) });
  }

  #complainOfUnknown(name: string): void {
    const { tag, unknownCommand } = this.#language;
    const names = commands.flatMap((command: Command) => namesOf(command, tag));
    const suggestion = closest(name, names);
    this.complain(unknownCommand(`/${cleanName(name)}`, suggestion && `/${suggestion}`));
  }

  // --------------------------------------------------------------------------------- acknowledgements

  /** Resolves once it is acknowledged, or can't be. */
  #send(acknowledged: Promise<void>, to?: string): Promise<void> {
    const settled = acknowledged.catch((error) => {
      if (!(error instanceof ChatError)) throw error;
      this.#explain(error.code, to);
    });
    void this.unacknowledged.add(settled);
    this.#sayThatItIsKept();
    return settled;
  }

  #sayThatItIsKept(): void {
    if (this.#isConnected || this.#knowsItIsKept) return;
    this.#knowsItIsKept = true;
    void this.#screen.show(notice(this.#language.kept));
  }

  #explain(code: ChatErrorCode, to: string | undefined): void {
    if (!messageErrors.has(code)) {
      // said once for all of them, at the end
      if (to === undefined || code === "storeUnusable") this.#unsent++;
      else this.#kept++;
      return;
    }
    const reason = describeReason(code, this.#language);
    const { notSent, notSentTo } = this.#language;
    this.complain(to === undefined ? notSent(reason) : notSentTo(cleanName(to), reason));
  }

  // -------------------------------------------------------------------------------------- what happens

  /** Keeps track of what has happened; answers whether it is worth a line. */
  #note(event: ClientEvent): boolean {
    switch (event.kind) {
      case "said":
        this.#hasShownPast ||= event.isPast;
        return true;
      case "caughtUp":
        return this.#hasShownPast;
      case "path": {
        const isNews = event.transport !== this.#transport;
        this.#transport = event.transport;
        return isNews;
      }
      case "disconnected": {
        const isNews = this.#isConnected;
        this.#isConnected = false;
        return isNews;
      }
      case "reconnected":
        this.#isConnected = true;
        this.#knowsItIsKept = false;
        this.#copies.giveUp();
        return true;
      case "closed":
        this.#closedBy = event.code;
        this.#copies.giveUp();
        return false;
      default:
        return true;
    }
  }
}
