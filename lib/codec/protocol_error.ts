/** What a peer did wrong. The code is for logs and tests; people read it in their language. */
export type ProtocolErrorCode =
  | "truncated"
  | "trailingBytes"
  | "lengthOverLimit"
  | "unknownKind"
  | "badText"
  | "badValue"
  | "unexpectedMessage"
  | "versionUnsupported"
  | "authenticationFailed";

/** A peer's misbehaviour: it costs that peer its connection and nobody else anything. */
export class ProtocolError extends Error {
  override readonly name = "ProtocolError";

  constructor(readonly code: ProtocolErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
  }
}
