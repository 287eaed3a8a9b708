import type { Connection } from "./member.ts";

/** The connection of a member whose real one has broken: it leads nowhere, and holds no buffers. */
export class LostConnection implements Connection {
  readonly isOpen = false;
  readonly network = undefined;
  readonly isCongested = false;
  readonly isDrained = true;

  constructor(readonly address: string) {}

  send(): void {}
  sendLazily(): void {}
  sendEncoded(): void {}
  check(): void {}
  end(): void {}
}
