import type { FlagTable } from "./flag.ts";

/** What chat-client can be told when it starts. */
export const clientFlags = {
  server: { value: "server", variable: "CHAT_SERVER" },
  name: { value: "name", variable: "CHAT_NAME" },
  data: { value: "directory", variable: "CHAT_DATA" },
  passphrase: { value: "none" },
  invite: { value: "invitation", variable: "CHAT_INVITE" },
  fingerprint: { value: "fingerprint", variable: "CHAT_FINGERPRINT" },
  history: { value: "history", variable: "CHAT_HISTORY" },
  downloads: { value: "directory", variable: "CHAT_DOWNLOADS" },
  "accept-verified": { value: "switch", variable: "CHAT_ACCEPT_VERIFIED" },
  "no-direct": { value: "switch", variable: "CHAT_NO_DIRECT" },
  lang: { value: "language", variable: "CHAT_LANG" },
  help: { value: "none", letter: "h" },
  version: { value: "none", letter: "V" },
} as const satisfies FlagTable;

export type ClientFlagName = keyof typeof clientFlags;
