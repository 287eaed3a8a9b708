import type { Clock, Timer } from "../clock.ts";
import type { Diagnosis as Answer, MemberMessage } from "../codec/mod.ts";
import { checkupPatienceMs, probeAnswerMs } from "../limits.ts";
import type { DatagramAddress, PathState } from "../transport/mod.ts";
import type { Diagnosis, DirectionDiagnosis } from "./diagnosis.ts";
import type { ChatError } from "./event.ts";

/** Of the last `expected` datagrams, so many have arrived. */
type Counts = Omit<DirectionDiagnosis, "works">;

/** What a checkup reads of a path; what isn't measured is left out. */
export interface ExaminedPath {
  readonly address: DatagramAddress | undefined;
  /** Judges our direction, by probes. */
  readonly monitor: {
    readonly state: PathState;
    readonly roundTripMs?: number | undefined;
    readonly tried?: number;
    readonly lost?: number;
  };
  /** How the other direction does. */
  arrived?(): Counts;
}

/** Our own end of a connection. */
export interface LocalEnd {
  /** The IP address that our TCP connection comes from. */
  readonly hostname: string;
  /** The port that our datagrams come from. */
  readonly udpPort: number;
}

/** What a checkup reads of a connection. */
export interface ExaminedSession {
  readonly path: ExaminedPath;
  readonly localEnd: LocalEnd;
  /** Sends over TCP. */
  send(message: MemberMessage): void;
}

export interface CheckupOptions {
  readonly clock: Clock;
  /** The connection, where there is one. */
  readonly session: () => ExaminedSession | undefined;
  /** Which way our global messages leave. */
  readonly transport: () => "udp" | "tcp" | undefined;
  /** Sends a probe, unless one is on its way. */
  readonly probe: () => void;
}

interface Examination {
  readonly found: Promise<Diagnosis>;
  readonly resolve: (diagnosis: Diagnosis) => void;
  readonly reject: (error: ChatError) => void;
  /** Ends it without an answer. */
  readonly deadline: Timer;
  asking: Timer | undefined;
  pingedAt: number;
  tcpRoundTripMs: number | undefined;
}

/**
 * Finds out how the way to the server does.
 *
 * ```
 *    0 ms   probe over UDP, ping over TCP
 *  400 ms   diagnose: by now the probe has arrived, or won't, and the server has counted it
 *     +     diagnosis: what the server sees, beside what we do
 * 5,000 ms  otherwise: what we see alone
 * ```
 */
export class Checkup {
  readonly #options: CheckupOptions;
  #current: Examination | undefined;
  #port = 0;
  /** Times that we have sent from another port by our own choice, on this connection. */
  #portsOpened = 0;

  constructor(options: CheckupOptions) {
    this.#options = options;
  }

  /** Examines; whoever asks meanwhile gets the same findings. */
  examine(): Promise<Diagnosis> {
    if (this.#current) return this.#current.found;
    const { promise: found, resolve, reject } = Promise.withResolvers<Diagnosis>();
    const { clock } = this.#options;
    const deadline = clock.after(checkupPatienceMs, () => this.#conclude(undefined));
    const nothing = { asking: undefined, pingedAt: 0, tcpRoundTripMs: undefined };
    this.#current = { found, resolve, reject, deadline, ...nothing };
    this.#begin(this.#current);
    return found;
  }

  /** A connection stands: what was begun on the last one begins anew. */
  enter(): void {
    this.#port = this.#options.session()?.path.address?.port ?? 0;
    this.#portsOpened = 0;
    if (this.#current) this.#begin(this.#current);
  }

  /** We send from another port from now on, by our own choice. */
  openPort(): void {
    this.#portsOpened++;
  }

  /** The server has answered a ping. */
  pong(): void {
    if (!this.#current) return;
    this.#current.tcpRoundTripMs ??= this.#options.clock.now() - this.#current.pingedAt;
  }

  /** The server says what it sees. */
  receive(answer: Answer): void {
    this.#conclude(answer);
  }

  /** There will be no other connection. */
  fail(error: ChatError): void {
    this.#end()?.reject(error);
  }

  #begin(examination: Examination): void {
    const { clock, session, probe } = this.#options;
    examination.asking?.cancel();
    examination.tcpRoundTripMs = undefined;
    examination.pingedAt = clock.now();
    if (!session()) return; // it begins anew with the next connection
    session()?.send({ kind: "ping" });
    probe();
    const ask = () => session()?.send({ kind: "diagnose" });
    examination.asking = clock.after(probeAnswerMs, ask);
  }

  #conclude(answer: Answer | undefined): void {
    const ended = this.#end();
    ended?.resolve(this.#findings(answer, ended.tcpRoundTripMs));
  }

  #end(): Examination | undefined {
    const ended = this.#current;
    ended?.deadline.cancel();
    ended?.asking?.cancel();
    this.#current = undefined;
    return ended;
  }

  #findings(answer: Answer | undefined, tcpRoundTripMs: number | undefined): Diagnosis {
    const session = this.#options.session();
    return {
      isConnected: session !== undefined,
      isAnswered: answer !== undefined,
      port: this.#port,
      transport: this.#options.transport(),
      toServer: toServer(session?.path, answer),
      fromServer: fromServer(session?.path, answer),
      tcpRoundTripMs,
      udpRoundTripMs: session?.path.monitor.roundTripMs,
      hasNat: answer && session ? isTranslated(session.localEnd, answer) : undefined,
      natForgets: answer !== undefined && answer.moves > this.#portsOpened,
    };
  }
}

/** Whether our datagrams arrive is for our probes to say, how many of them is best counted over there. */
function toServer(path: ExaminedPath | undefined, answer: Answer | undefined): DirectionDiagnosis {
  const { state = "untried", tried = 0, lost = 0 } = path?.monitor ?? {};
  const works = state === "untried" ? undefined : state === "up";
  if (answer && answer.expected > 0) {
    return { works, arrived: answer.arrived, expected: answer.expected };
  }
  return { works, arrived: tried - lost, expected: tried };
}

/** Where nothing of ours arrives, the server doesn't know where to send anything: nobody can tell. */
function fromServer(
  path: ExaminedPath | undefined,
  answer: Answer | undefined,
): DirectionDiagnosis {
  const isTried = answer !== undefined && answer.udpHost !== "";
  const { arrived, expected } = path?.arrived?.() ?? { arrived: 0, expected: 0 };
  return { works: isTried ? answer.isUp : undefined, arrived, expected };
}

function isTranslated({ hostname, udpPort }: LocalEnd, answer: Answer): boolean {
  const isOtherHost = plain(hostname) !== plain(answer.tcpHost);
  return isOtherHost || answer.udpHost !== "" && answer.udpPort !== udpPort;
}

/** Without its IPv6 clothes (RFC 4291 §2.5.5.2) and its zone (RFC 4007 §11), which each side has its own of. */
function plain(hostname: string): string {
  return hostname.replace(/^::ffff:(?=\d+\.)/i, "").replace(/%.*$/, "").toLowerCase();
}
