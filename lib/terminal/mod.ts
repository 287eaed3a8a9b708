/**
 * The terminal: what people write and what they read. Its core, `ChatTerminal`, knows a client and a
 * screen, neither of them a socket nor a device; only the screens, the environment and the two programs
 * touch those. `readline_screen.ts` is left to the client program to import, so that the server, which
 * needs no line editing, doesn't load it.
 *
 * @module
 */
export { clientFailure } from "./client_failure.ts";
export type { FileOptions } from "./chat_terminal.ts";
export { clientFlags } from "./client_flags.ts";
export { defaultDownloads } from "./downloads.ts";
export { Entrance } from "./entrance.ts";
export { readEnvironment } from "./environment.ts";
export { type Failure, formatFailure } from "./failure.ts";
export { readFlags } from "./flag.ts";
export { flagFailure } from "./flag_failure.ts";
export { runIdentityCommand } from "./identity_command.ts";
export { parseIdentityCommand } from "./identity_words.ts";
export { chatInteractively } from "./interactive_chat.ts";
export { chooseLanguage } from "./language_choice.ts";
export type { AskSecret } from "./passphrase.ts";
export { chatThroughPipe } from "./pipe_chat.ts";
export { PipeScreen } from "./pipe_screen.ts";
export { reachableAddresses } from "./reachable_addresses.ts";
export { serverBanner } from "./server_banner.ts";
export { runServerCommand, serverCommands } from "./server_commands.ts";
export { serverFailure } from "./server_failure.ts";
export { serverFlags } from "./server_flags.ts";
export { ServerLog } from "./server_log.ts";
export { listDirectory } from "./list_directory.ts";
export { expandPath, homeOf } from "./user_paths.ts";
export { clientUsage, serverUsage } from "./usage.ts";
