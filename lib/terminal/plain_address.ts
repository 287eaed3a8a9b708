/** An IPv4 address that arrived in IPv6 clothes (RFC 4291 §2.5.5.2), as people write it. */
export function plainAddress(address: string): string {
  return address.replace(/^::ffff:(?=\d+\.)/i, "");
}
