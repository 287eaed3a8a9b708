import type { FlagTable } from "./flag.ts";

/** What chat-server can be told when it starts. */
export const serverFlags = {
  host: { value: "host", variable: "CHAT_HOST" },
  port: { value: "port", variable: "CHAT_PORT" },
  data: { value: "directory", variable: "CHAT_DATA" },
  "max-members": { value: "count", variable: "CHAT_MAX_MEMBERS" },
  "max-transfer-rate": { value: "rate", variable: "CHAT_MAX_TRANSFER_RATE" },
  registration: { value: "registration", variable: "CHAT_REGISTRATION" },
  lang: { value: "language", variable: "CHAT_LANG" },
  help: { value: "none", letter: "h" },
  version: { value: "none", letter: "V" },
} as const satisfies FlagTable;

export type ServerFlagName = keyof typeof serverFlags;
