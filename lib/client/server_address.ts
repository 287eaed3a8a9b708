import { defaultPort } from "../limits.ts";

/** Where a server listens. */
export interface ServerAddress {
  /** A name or an IP address, without brackets. */
  readonly hostname: string;
  /** For TCP and UDP. */
  readonly port: number;
}

/**
 * Reads `HOST[:PORT]`: `chat.example`, `192.168.0.7:7700`, `::1`, `[::1]:7700`.
 *
 * @throws {TypeError} where it is none of these
 */
export function parseServerAddress(text: string): ServerAddress {
  const match = /^(?:\[(?<bracketed>[^\]]+)\]|(?<plain>[^:[\]\s]+))(?::(?<port>\d+))?$/.exec(text);
  const groups = match?.groups;
  const isBareIpv6 = /^(?=.*::|(?:.*:){6})[\da-f:.]+(?:%[\w.-]+)?$/i.test(text);
  const hostname = isBareIpv6 ? text : groups?.bracketed ?? groups?.plain;
  const port = Number(groups?.port ?? defaultPort);
  if (hostname === undefined || port < 1 || port > 65_535) {
    throw new TypeError(`Cannot read a server address as HOST[:PORT]: received ${text}`);
  }
  return { hostname, port };
}

/** The address as people write it, with brackets where it needs them. */
export function formatServerAddress({ hostname, port }: ServerAddress): string {
  return hostname.includes(":") ? `[${hostname}]:${port}` : `${hostname}:${port}`;
}

/**
 * One way to write each address: with its port, in lower case, without a dot at its end.
 *
 * @throws {TypeError} as {@linkcode parseServerAddress}
 */
export function normalServerAddress(text: string): string {
  const { hostname, port } = parseServerAddress(text);
  return formatServerAddress({ hostname: normalHostname(hostname.toLowerCase()), port });
}

function normalHostname(hostname: string): string {
  const url = hostname.includes(":") ? URL.parse(`http://[${hostname}]`) : undefined;
  return url?.hostname.slice(1, -1) ?? hostname.replace(/\.$/, "");
}
