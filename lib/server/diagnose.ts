import type { Diagnosis } from "../codec/mod.ts";
import type { Member } from "./member.ts";

/** How the server sees a member's way to it: where it comes from, and how much of it arrives. */
export function diagnose({ connection, path }: Member): Diagnosis {
  return {
    kind: "diagnosis",
    tcpHost: connection.address,
    udpHost: path.address?.hostname ?? "",
    udpPort: path.address?.port ?? 0,
    moves: path.moves,
    ...path.arrived(),
    isUp: path.isUp,
  };
}
