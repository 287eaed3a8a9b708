import { type MemberHello, protocolVersion, type ServerHello } from "../../lib/codec/mod.ts";

export const serverHello: ServerHello = {
  version: protocolVersion,
  software: "test/1",
  maxTextBytes: 16_384,
};

export function memberHello(name: string): MemberHello {
  return {
    version: protocolVersion,
    software: "test/1",
    name,
    signingKey: new Uint8Array(32).fill(7),
    invitation: "",
    capabilities: 0,
    transfer: undefined,
  };
}
