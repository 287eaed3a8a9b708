import type { ByeCode, ProtocolErrorCode, RefusedCode } from "../codec/mod.ts";

/** What a server reports of itself, for a log: never a message's text, never a key. */
export type ServerEvent =
  | {
    readonly kind: "joined";
    readonly name: string;
    readonly address: string;
    readonly members: number;
  }
  /** A member's connection has broken; it may come back as if nothing had been. */
  | {
    readonly kind: "detached";
    readonly name: string;
    readonly reason: BreakReason;
    readonly members: number;
  }
  /** It has come back, in time. */
  | {
    readonly kind: "resumed";
    readonly name: string;
    readonly address: string;
    readonly members: number;
  }
  | {
    readonly kind: "left";
    readonly name: string;
    readonly reason: LeftReason;
    readonly members: number;
  }
  | { readonly kind: "refused"; readonly address: string; readonly code: RefusedCode }
  | {
    readonly kind: "violated";
    readonly address: string;
    /** The member's name, unless it had none yet. */
    readonly name: string | undefined;
    readonly code: ProtocolErrorCode;
  }
  /** The machine can't take more connections for now. */
  | { readonly kind: "exhausted" }
  /** A file can't be read or written: what should have been kept in it may be lost. */
  | { readonly kind: "storageFailed"; readonly path: string }
  /** A bug of ours, which cost one connection. */
  | { readonly kind: "fault"; readonly error: unknown };

/** Why a member is no longer here. */
export type LeftReason = ByeCode | "connectionLost" | "slowReader" | "silence";

/** Ends of a connection that nobody wanted: whoever had it may come back as if nothing had been. */
export type BreakReason = Extract<LeftReason, "connectionLost" | "slowReader" | "silence">;
