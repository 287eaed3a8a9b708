import { assertEquals, assertThrows } from "@std/assert";
import { ProtocolError, type ProtocolErrorCode } from "../../lib/codec/mod.ts";

/** Asserts that `act` throws a {@linkcode ProtocolError} with this code, and answers it. */
export function assertProtocolError(
  act: () => unknown,
  code: ProtocolErrorCode,
  msg?: string,
): ProtocolError {
  const error = assertThrows(act, ProtocolError, "", msg);
  assertEquals(error.code, code, msg);
  return error;
}
