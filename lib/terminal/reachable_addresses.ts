import { plainAddress } from "./plain_address.ts";

/** What is needed of `Deno.networkInterfaces()`. */
export interface InterfaceAddress {
  readonly address: string;
  readonly family: "IPv4" | "IPv6";
}

/**
 * The addresses at which clients find a server that listens on `hostname`: those of the local network
 * first, this machine's own last, and none that is good on one link only.
 */
export function reachableAddresses(
  hostname: string,
  interfaces: readonly InterfaceAddress[],
): string[] {
  if (hostname !== "::" && hostname !== "0.0.0.0") return [plainAddress(hostname)];
  const addresses = interfaces
    .filter(({ family }) => hostname === "::" || family === "IPv4")
    .map(({ address }) => address)
    .filter((address) => !/^(fe[89ab].:|169\.254\.)/i.test(address));
  return [...new Set(addresses)].toSorted((a, b) => rank(a) - rank(b));
}

export function isLoopback(address: string): boolean {
  return address === "::1" || address.startsWith("127.");
}

function rank(address: string): number {
  if (isLoopback(address)) return address.includes(":") ? 4 : 3;
  if (address.includes(":")) return 2;
  return /^(192\.168|10|172\.(1[6-9]|2\d|3[01]))\./.test(address) ? 0 : 1; // RFC 1918
}
