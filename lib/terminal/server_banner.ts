import { formatServerAddress } from "../client/mod.ts";
import { defaultPort } from "../limits.ts";
import type { Language } from "./language.ts";
import { isLoopback } from "./reachable_addresses.ts";

export interface ServerBanner {
  /** Where clients find the server, the most useful address first. */
  readonly addresses: readonly string[];
  readonly port: number;
  readonly fingerprint: string;
  /** What starts a client, as it was the server that was started: `chat-client`. */
  readonly clientCommand: string;
  readonly language: Language;
}

/** What a server shows when it starts: where it is, who it is, and how to get in. */
export function serverBanner(banner: ServerBanner): string {
  const { addresses, port, fingerprint, clientCommand, language } = banner;
  const enter = (address: string) => `${clientCommand}${serverFlag(address, port)}`;
  const [elsewhere] = addresses.filter((address) => !isLoopback(address));
  const here = addresses.find(isLoopback) ?? elsewhere;
  const commands = [
    ...(here ? [[language.connectFromHere, enter(here)]] : []),
    ...(elsewhere ? [[language.connectFromElsewhere, enter(elsewhere)]] : []),
  ];
  const width = Math.max(...commands.map(([label]) => label!.length));
  return [
    language.listening(port),
    ...addresses.map((address) => `  ${address}`),
    language.fingerprint(fingerprint),
    ...commands.map(([label, command]) => `${label!.padEnd(width)}  ${command}`),
  ].join("\n");
}

/** What needn't be said is left out: the server of this machine is the client's own default. */
function serverFlag(hostname: string, port: number): string {
  if (port !== defaultPort) return ` --server ${formatServerAddress({ hostname, port })}`;
  return hostname === "127.0.0.1" ? "" : ` --server ${hostname}`;
}
