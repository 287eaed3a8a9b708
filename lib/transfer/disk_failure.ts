import { TransferError } from "./transfer_error.ts";

/** The disk is full, or its owner's part of it. */
const fullCodes: readonly unknown[] = ["ENOSPC", "EDQUOT"];

/** What a user is told when a disk doesn't take something; our own faults stay what they are. */
export function diskFailure(path: string, cause: unknown): unknown {
  const isOwn = cause instanceof TypeError || cause instanceof RangeError;
  if (isOwn || cause instanceof TransferError) return cause;
  return isFull(cause)
    ? new TransferError("noSpace", `the disk of ${path} is full`, { cause })
    : new TransferError("unwritable", `${path} can't be written`, { cause });
}

function isFull(error: unknown): boolean {
  return error instanceof Error && "code" in error && fullCodes.includes(error.code);
}
