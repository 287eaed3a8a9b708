import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
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

/** The same for what answers later. */
export async function assertProtocolRejection(
  act: () => Promise<unknown>,
  codes: readonly ProtocolErrorCode[],
  msg?: string,
): Promise<void> {
  const error = await assertRejects(act, ProtocolError, "", msg);
  assert(codes.includes(error.code), `${msg ?? ""} ${error.code}: ${error.message}`);
}
