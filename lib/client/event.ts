import type {
  ByeCode,
  MessageId,
  ProtocolErrorCode,
  RefusedCode,
  RejectedCode,
} from "../codec/mod.ts";

import type { TransferStatus } from "./transfer_status.ts";

/** What a client reports, in the order in which it happened. */
export type ClientEvent =
  /** A global message, one's own too. In the room's order, each exactly once. */
  | {
    readonly kind: "said";
    readonly seq: number;
    readonly from: string;
    readonly text: string;
    /** The author's clock, in ms since 1970. */
    readonly sentAt: number;
    readonly authenticity: Authenticity;
    /** Whether it was said before we came. */
    readonly isPast: boolean;
  }
  /** What was said before we came has been reported, as far as it was wanted and there is any. */
  | { readonly kind: "caughtUp" }
  /** A global message that the server has numbered twice: it isn't told again. */
  | { readonly kind: "repeated"; readonly seq: number; readonly from: string }
  /** Global messages that can't be had any more. */
  | { readonly kind: "missing"; readonly firstSeq: number; readonly lastSeq: number }
  /** So many of those present, ourselves not counted, have this global message of ours. */
  | {
    readonly kind: "reached";
    readonly seq: number;
    readonly count: number;
    readonly present: number;
  }
  /** So many events were dropped, because they were not read for too long. */
  | { readonly kind: "overrun"; readonly count: number }
  /** A private message to us. */
  | {
    readonly kind: "told";
    readonly from: string;
    readonly id: MessageId;
    readonly text: string;
    readonly sentAt: number;
    readonly authenticity: "signed" | "newKey";
  }
  /** A member's key isn't the one that was pinned: nothing is sent to it until `trust` or `verify`. */
  | { readonly kind: "keyChanged"; readonly name: string }
  /** A private message to us that can't be read, because its author's program garbled it. */
  | { readonly kind: "unreadable"; readonly from: string; readonly id: MessageId }
  /** A private message of ours has reached its addressee's client; it may be one of an earlier start. */
  | { readonly kind: "delivered"; readonly to: string; readonly id: MessageId }
  /**
   * A private message of ours, which the server had accepted, or which an earlier start has left behind, won't reach
   * its addressee.
   */
  | {
    readonly kind: "undelivered";
    readonly to: string;
    readonly id: MessageId;
    readonly code: ChatErrorCode;
  }
  /** A member would like to send us files: `acceptTransfer` or `cancelTransfer` answers. */
  | {
    readonly kind: "offered";
    readonly transfer: TransferStatus;
    readonly authenticity: "signed" | "newKey";
  }
  /** A transfer has come further. */
  | { readonly kind: "transfer"; readonly transfer: TransferStatus }
  | { readonly kind: "joined"; readonly name: string }
  | { readonly kind: "left"; readonly name: string }
  /** Our global messages leave over this transport from now on. */
  | { readonly kind: "path"; readonly transport: "udp" | "tcp" }
  /** The connection is gone; what is written meanwhile is kept, and sent when it is back. */
  | { readonly kind: "disconnected"; readonly code: DisconnectedCode; readonly retryInMs: number }
  | { readonly kind: "reconnected" }
  /** It is over: by our own `close`, or because trying again would not help. */
  | { readonly kind: "closed"; readonly code: ChatErrorCode };

/** Whether a message is by the member under whose name it stands. */
export type Authenticity =
  /** Signed with the key that is pinned for that name. */
  | "signed"
  /** Signed with another key, which the server says is that name's. */
  | "newKey"
  /** Not signed. */
  | "unsigned"
  /** Signed by somebody else, or altered. */
  | "forged";

/** Why a connection that stood is gone. */
export type DisconnectedCode =
  | ByeCode
  | "connectionLost"
  | "slowReader"
  | "silence"
  | ChatErrorCode;

/** Why something can't be done: for programs; people read it in their language. */
export type ChatErrorCode =
  | RefusedCode
  | RejectedCode
  /** Nobody answers there. */
  | "unreachable"
  /** Somebody answers, but not in this protocol. */
  | "notAServer"
  /** Not the server that was there before. */
  | "serverKeyChanged"
  /** A newer connection of the same identity has the name now. */
  | "replaced"
  /** Whoever runs the server has set our name free. */
  | "released"
  /** The member's key isn't the one that was pinned, and nobody has decided to trust it. */
  | "memberKeyChanged"
  /** The key package that the server gave out as the member's isn't. */
  | "memberKeyForged"
  /** The member's program has published no keys for private messages. */
  | "noKeyPackage"
  /** The member's verification code hasn't been shown, or its key has changed since. */
  | "notCompared"
  /** What has to be kept on disk can't be. */
  | "storeUnusable"
  /** The text is longer than the server takes. */
  | "textTooLong"
  /** No transfer has that number, or none can be meant. */
  | "noSuchTransfer"
  /** More than one transfer could be meant. */
  | "whichTransfer"
  /** There is no such global message. */
  | "nothingSaid"
  /** Too many messages of ours wait: for the connection to come back, or for their addressees to. */
  | "outboxFull"
  | "closed"
  | ProtocolErrorCode;

/** A request that can't be met; the code says why, and programs put it into words. */
export class ChatError extends Error {
  /** Tells it from other errors. */
  override readonly name = "ChatError";

  /** The code is the message too: people see it in their own words. */
  constructor(readonly code: ChatErrorCode, options?: ErrorOptions) {
    super(code, options);
  }
}
