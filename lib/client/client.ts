import { timingSafeEqual } from "@std/crypto/timing-safe-equal";
import { type Clock, systemClock, type Timer } from "../clock.ts";
import type { MessageId } from "../codec/mod.ts";
import { generateIdentity, type Identity } from "../crypto/mod.ts";
import {
  handshakeTimeoutMs,
  maxHistory,
  maxInvitationBytes,
  reconnectPauseMs,
  stableConnectionMs,
} from "../limits.ts";
import { Contacts } from "./contacts.ts";
import { ClientCore } from "./core.ts";
import type { Diagnosis } from "./diagnosis.ts";
import { EndToEnd } from "./end_to_end.ts";
import { ChatError, type ChatErrorCode, type ClientEvent, type DisconnectedCode } from "./event.ts";
import { EventStream } from "./event_stream.ts";
import { MemoryStore } from "./memory_store.ts";
import type { Reach } from "./reach.ts";
import { parseServerAddress, type ServerAddress } from "./server_address.ts";
import { ServerConnection } from "./server_connection.ts";
import { type ClientStore, StoreError } from "./store.ts";
import { openTransferConnection } from "./transfer_connection.ts";
import type { TransferStatus } from "./transfer_status.ts";
import { TransferWays } from "./transfer_ways.ts";
import { Transfers } from "./transfers.ts";
import { wireName } from "./wire_name.ts";

/** Where to, and as whom. */
export interface ConnectOptions {
  /** `HOST[:PORT]`. */
  readonly server: string;
  /** The name wanted; the server may write it a little differently. */
  readonly name: string;
  /** Who we are; otherwise somebody new. */
  readonly identity?: Identity | undefined;
  /**
   * What there is to remember from one start to the next, of one name at one server: keys, and private messages
   * not yet delivered. Otherwise it is forgotten.
   */
  readonly store?: ClientStore | undefined;
  /** What lets a new name in where the server asks for an invitation. */
  readonly invitation?: string | undefined;
  /**
   * Whether the server's static key is the right one; otherwise any is, at first. Asked once, before
   * anything about the member has left: later connections must find the same key.
   */
  readonly trustServer?: ((serverKey: Uint8Array) => boolean) | undefined;
  /** How many global messages from before we came are wanted, at most {@linkcode maxHistory}; otherwise none. */
  readonly history?: number | undefined;
  /** Where received files go unless {@linkcode Client.acceptTransfer} says otherwise; otherwise the working directory. */
  readonly downloads?: string | undefined;
  /** Whether files from verified members are accepted without asking. */
  readonly acceptsFromVerified?: boolean | undefined;
  /** Whether files may go straight from machine to machine, which shows each the other's address; otherwise they may. */
  readonly isDirect?: boolean | undefined;
  /** The time; otherwise the system's. */
  readonly clock?: Clock | undefined;
  /** Between 0 and 1, as `Math.random`, for the pauses between attempts to reconnect. */
  readonly random?: (() => number) | undefined;
}

/** A member's connection to a server, which comes back by itself when it breaks. */
export interface Client {
  /** Our name as the server writes it. */
  readonly name: string;
  /** The fingerprint of the server's key. */
  readonly serverFingerprint: string;
  /**
   * Says something to everybody; resolves once the server has numbered it.
   *
   * @throws {ChatError} `textEmpty`, `textTooLong`, `outboxFull`, or why the connection is over
   */
  say(text: string): Promise<{ seq: number }>;
  /**
   * Tells one member something; resolves once the server has accepted it, and keeps it until the member has it.
   * That it arrived is an event, `delivered`, which may come long after: also in a later process with the same
   * store. The server can't read it (MLS, RFC 9420).
   *
   * From this call on it is kept in the client's store, where there is one, until it is delivered or given up. So
   * where this fails with why the connection is over, it isn't lost: it leaves with the next start, and that one has
   * the event that says what became of it. Where it fails with another code, it never leaves.
   *
   * @throws {ChatError} `unknownMember`, `memberKeyChanged`, `memberKeyForged`, `noKeyPackage`,
   * `addresseeBusy`, `quotaExceeded`, `storageFailed`, or as {@linkcode say}
   */
  tell(to: string, text: string): Promise<{ id: MessageId }>;
  /**
   * Who of those present has a global message, otherwise our newest one. As it gets there, events say how many.
   *
   * @throws {ChatError} `nothingSaid` where there is none, or why the connection is over
   */
  reach(seq?: number): Promise<Reach>;
  /**
   * Finds out how the way to the server does, over UDP and over TCP. Takes about half a second, or 5 s where
   * the server doesn't answer.
   *
   * @throws {ChatError} why the connection is over
   */
  diagnose(): Promise<Diagnosis>;
  /**
   * Offers files and folders to a member, who may be away; resolves once the server has accepted the offer. What
   * comes of it are `transfer` events. It goes on after a restart of either side.
   *
   * The server can't read them.
   *
   * @param paths read again when they are sent: who changes them meanwhile ends the transfer
   * @throws {SourceError} where they can't be sent
   * @throws {ChatError} as {@linkcode tell}
   */
  offer(to: string, paths: readonly string[]): Promise<TransferStatus>;
  /**
   * Accepts files that were offered, or tries again after a disk was full.
   *
   * @param number of the transfer, or the only one that waits for an answer
   * @param directory where they go
   * @throws {TransferError} `noSpace`
   * @throws {ChatError} `noSuchTransfer`, `whichTransfer`
   */
  acceptTransfer(number?: number, directory?: string): Promise<void>;
  /**
   * Declines what was offered to us, or ends a transfer that isn't over; what has been received of it is removed.
   *
   * @throws {ChatError} `noSuchTransfer`, `whichTransfer`
   */
  cancelTransfer(number?: number): Promise<void>;
  /** The transfers of this run, and those of earlier ones that aren't over; the oldest first. */
  transfers(): TransferStatus[];
  /** Names of those connected now, ours included. */
  members(): string[];
  /**
   * The code to compare aloud with a member, to whom its client shows the same one: eight groups of five
   * digits.
   *
   * @throws {ChatError} `unknownMember`, or why the connection is over
   */
  verificationCode(name: string): Promise<string>;
  /**
   * Remembers that the member's code was compared, and was the same on both sides.
   *
   * @throws {ChatError} `notCompared` where it wasn't asked for, or the member's key has changed since
   */
  confirmVerified(name: string): void;
  /** Takes a member's changed key for its own, unseen; `false` where none has changed. */
  trust(name: string): boolean;
  /** Whether the member's code was compared, and its key hasn't changed since. */
  isVerified(name: string): boolean;
  /** What happens, to one reader: to the first since the connection, to others from now on. */
  events(): AsyncIterableIterator<ClientEvent, undefined>;
  /**
   * Leaves. Global messages that have not been numbered by then are lost; private ones that have not been
   * accepted leave with the next start, where there is a store.
   */
  close(): Promise<void>;
}

/** Codes after which trying again by itself would help nobody. */
const finalCodes: ReadonlySet<DisconnectedCode> = new Set<DisconnectedCode>([
  "closed",
  "replaced",
  "serverKeyChanged",
  "versionUnsupported",
  "nameTaken",
  "nameEmpty",
  "nameTooLong",
  "nameBadCharacter",
  "nameBadStart",
  "nameMixedScripts",
  "banned",
  "released",
  "registrationClosed",
  "invitationNeeded",
  "invitationInvalid",
]);

/**
 * Enters a server under a name.
 *
 * @throws {TypeError} where `server` isn't an address
 * @throws {RangeError} where `history` isn't a number of messages
 * @throws {ChatError} where nobody answers there, or the server refuses; a connection that breaks later is
 * mended without a word to the caller other than events
 * @throws whatever `trustServer` throws
 */
export async function connect(options: ConnectOptions): Promise<Client> {
  const address = parseServerAddress(options.server);
  const name = wireName(options.name);
  if (name === undefined) throw new ChatError("nameTooLong"); // no message could carry it
  const { invitation = "", history = 0 } = options;
  if (!Number.isInteger(history) || history < 0 || history > maxHistory) {
    throw new RangeError(
      `Cannot ask for past messages other than 0 to ${maxHistory}: received ${history}`,
    );
  }
  if (new TextEncoder().encode(invitation).length > maxInvitationBytes) {
    throw new ChatError("invitationInvalid"); // as no server's are
  }
  const client = new ReconnectingClient(address, { ...options, name, invitation });
  await client.start();
  return client;
}

/** The edge of the client: connections and timers on this side, the core on the other. */
class ReconnectingClient implements Client {
  readonly #address: ServerAddress;
  readonly #wantedName: string;
  readonly #identity: Identity;
  readonly #invitation: string;
  readonly #trustServer: (serverKey: Uint8Array) => boolean;
  readonly #clock: Clock;
  readonly #random: () => number;
  readonly #core: ClientCore;
  readonly #transfers: Transfers;
  readonly #streams = new Set<EventStream<ClientEvent>>();
  /** What has happened since the first connection, for the first reader. */
  #unread: EventStream<ClientEvent> | undefined = this.#newStream();
  #connection: ServerConnection | undefined;
  #running: Promise<void> | undefined;
  #isClosed = false;
  /** The pause before the next attempt to connect, while there is one. */
  #pause: { readonly timer: Timer; readonly end: () => void } | undefined;

  constructor(address: ServerAddress, options: ConnectOptions) {
    this.#address = address;
    this.#wantedName = options.name;
    this.#identity = options.identity ?? generateIdentity();
    this.#invitation = options.invitation ?? "";
    this.#trustServer = options.trustServer ?? (() => true);
    this.#clock = options.clock ?? systemClock;
    this.#random = options.random ?? Math.random;
    const store = options.store ?? new MemoryStore();
    this.#core = this.#newCore(store, options.history);
    this.#transfers = this.#newTransfers(store, options);
  }

  #newCore(store: ClientStore, history: number | undefined): ClientCore {
    const [clock, identity] = [this.#clock, this.#identity];
    return new ClientCore({
      clock,
      identity,
      store,
      contacts: new Contacts(store, (name) => this.#emit({ kind: "keyChanged", name })),
      sealer: new EndToEnd({ identity, store, clock, name: () => this.#core.name }),
      emit: (event) => this.#emit(event),
      show: (event) => this.#show(event),
      negotiate: (...said) => this.#transfers.receive(...said),
      onFault: (error) => this.#fault(error),
      history,
    });
  }

  get name(): string {
    return this.#core.name;
  }

  get serverFingerprint(): string {
    return this.#connection!.serverFingerprint;
  }

  say(text: string): Promise<{ seq: number }> {
    return this.#whileOpen(() => this.#core.say(text));
  }

  tell(to: string, text: string): Promise<{ id: MessageId }> {
    return this.#whileOpen(() => this.#core.tell(to, text));
  }

  reach(seq?: number): Promise<Reach> {
    return this.#whileOpen(() => this.#core.reach(seq));
  }

  diagnose(): Promise<Diagnosis> {
    return this.#whileOpen(() => this.#core.diagnose());
  }

  offer(to: string, paths: readonly string[]): Promise<TransferStatus> {
    return this.#whileOpen(() => this.#transfers.offer(to, paths));
  }

  acceptTransfer(number?: number, directory?: string): Promise<void> {
    return this.#whileOpen(() => this.#transfers.accept(number, directory));
  }

  cancelTransfer(number?: number): Promise<void> {
    return this.#whileOpen(() => this.#transfers.cancel(number));
  }

  transfers(): TransferStatus[] {
    return this.#transfers.statuses;
  }

  members(): string[] {
    return this.#core.members();
  }

  verificationCode(name: string): Promise<string> {
    return this.#whileOpen(() => this.#core.verification.codeFor(name));
  }

  confirmVerified(name: string): void {
    this.#keeping(() => this.#core.verification.confirm(name));
  }

  trust(name: string): boolean {
    return this.#keeping(() => this.#core.verification.trust(name));
  }

  isVerified(name: string): boolean {
    try {
      return this.#core.verification.isVerified(name);
    } catch (error) {
      this.#fault(error);
      return false;
    }
  }

  events(): AsyncIterableIterator<ClientEvent, undefined> {
    const stream = this.#unread ?? this.#newStream();
    this.#unread = undefined;
    if (this.#isClosed) stream.end();
    return stream;
  }

  async close(): Promise<void> {
    this.#finish("closed");
    await this.#transfers.close();
    this.#pause?.end();
    await this.#connection?.leave();
    await this.#running;
  }

  /** Makes the first connection, which the caller waits for, and looks after it from then on. */
  async start(): Promise<void> {
    const connection = await this.#open();
    this.#running = this.#keepConnected(connection);
    const late = Promise.withResolvers<void>();
    const timer = this.#clock.after(handshakeTimeoutMs, late.resolve); // the rest may follow later
    const ready = Promise.all([connection.listed, this.#core.supplied]);
    await Promise.race([ready, connection.ended, late.promise]);
    timer.cancel();
    if (!this.#isClosed) this.#keeping(() => this.#transfers.resume());
  }

  #newTransfers(store: ClientStore, options: ConnectOptions): Transfers {
    const clock = this.#clock;
    const { isDirect = true, downloads = ".", acceptsFromVerified = false } = options;
    const ways = new TransferWays({
      clock,
      openRelay: (role, transferId, signal) =>
        openTransferConnection({
          address: this.#address,
          name: this.#core.name,
          identity: this.#identity,
          trustServer: this.#isServerTrusted,
          ...{ transferId, role, clock, signal },
        }),
      directHost: () => isDirect ? this.#connection?.localEnd.hostname : undefined,
    });
    return new Transfers({
      ...{ clock, store, ways, downloads },
      isPresent: (name) => this.#core.isPresent(name),
      negotiate: (to, body) => this.#whileOpen(() => this.#core.negotiate(to, body)),
      emit: (event) => this.#emit(event),
      show: (event) => this.#show(event),
      acceptsFrom: (name) => acceptsFromVerified && this.isVerified(name),
      onFault: (error) => this.#fault(error),
    });
  }

  // --------------------------------------------------------------------------------- staying connected

  #open(): Promise<ServerConnection> {
    return ServerConnection.open({
      address: this.#address,
      name: this.#core.name || this.#wantedName,
      identity: this.#identity,
      clock: this.#clock,
      core: this.#core,
      invitation: this.#invitation,
      trustServer: this.#isServerTrusted,
    });
  }

  /** Within one run the server's key stays the same, whoever is trusted at first. */
  readonly #isServerTrusted = (serverKey: Uint8Array): boolean => {
    const known = this.#connection?.serverKey;
    return known ? timingSafeEqual(serverKey, known) : this.#trustServer(serverKey);
  };

  async #keepConnected(connection: ServerConnection): Promise<void> {
    let attempt = 0;
    for (let current: ServerConnection | undefined = connection; current;) {
      this.#connection = current;
      const since = this.#clock.now();
      const code = await current.ended;
      this.#core.exit();
      if (this.#clock.now() - since >= stableConnectionMs) attempt = 0;
      current = await this.#reconnect(code, attempt++);
    }
  }

  /** The next connection; `undefined` where there will be none. */
  async #reconnect(
    code: DisconnectedCode,
    firstAttempt: number,
  ): Promise<ServerConnection | undefined> {
    for (let attempt = firstAttempt; !this.#isClosed; attempt++) {
      if (finalCodes.has(code)) {
        this.#finish(code as ChatErrorCode);
        return undefined;
      }
      const retryInMs = this.#pauseMs(attempt);
      this.#emit({ kind: "disconnected", code, retryInMs });
      await this.#wait(retryInMs);
      if (this.#isClosed) return undefined;
      try {
        const connection = await this.#open();
        if (!this.#isClosed) return connection;
        await connection.leave(); // closed while it came about
        await connection.ended;
      } catch (error) {
        if (!(error instanceof ChatError)) throw error;
        code = error.code;
      }
    }
    return undefined;
  }

  /** Growing, and drawn at random, so that a server that comes back isn't met by everybody at once. */
  #pauseMs(attempt: number): number {
    const { first, longest } = reconnectPauseMs;
    const most = Math.min(longest, first * 2 ** attempt);
    return Math.round(most * (0.5 + this.#random() / 2));
  }

  #wait(pauseMs: number): Promise<void> {
    return new Promise((resolve) => {
      const end = () => {
        this.#pause?.timer.cancel();
        this.#pause = undefined;
        resolve();
      };
      this.#pause = { timer: this.#clock.after(pauseMs, end), end };
    });
  }

  // ------------------------------------------------------------------------------------------- the end

  #finish(code: ChatErrorCode): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#core.fail(new ChatError(code));
    void this.#transfers.close();
    this.#emit({ kind: "closed", code });
    for (const stream of this.#streams) stream.end();
    this.#streams.clear(); // nothing comes behind the end
  }

  /** What can't be kept can't be sent either: the keys of it might be used again. */
  #fault(error: unknown): void {
    if (error instanceof ChatError) return; // its cause was told before it was thrown, or there is none but the end
    if (!(error instanceof StoreError)) throw error;
    this.#finish("storeUnusable");
    void this.#connection?.leave();
  }

  /** Does what has to be kept on disk. */
  #keeping<Result>(act: () => Result): Result {
    try {
      return act();
    } catch (error) {
      if (error instanceof StoreError) this.#fault(error);
      throw error instanceof StoreError ? new ChatError("storeUnusable", { cause: error }) : error;
    }
  }

  async #whileOpen<Result>(request: () => Promise<Result>): Promise<Result> {
    if (this.#isClosed) throw new ChatError("closed");
    const result = request();
    this.#connection?.arm();
    return await result;
  }

  #newStream(): EventStream<ClientEvent> {
    const stream = new EventStream<ClientEvent>(
      (ended) => this.#streams.delete(ended),
      (count) => ({ kind: "overrun", count }),
    );
    this.#streams.add(stream);
    return stream;
  }

  /** Where nobody reads any more, nobody sees it. */
  async #show(event: ClientEvent): Promise<boolean> {
    const handed = [...this.#streams].map(async (stream) => {
      if (!await stream.hand(event)) throw new Error("its reader has left");
    });
    return await Promise.any(handed).then(() => true, () => false);
  }

  #emit(event: ClientEvent): void {
    for (const stream of this.#streams) stream.push(event);
  }
}
