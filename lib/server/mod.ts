/**
 * The server: who is here, and what reaches whom. Its core takes events and answers with actions; sockets
 * and timers are at its edge. It never sees a key of its members, nor inside a private message.
 *
 * ```ts
 * import { startServer } from "./lib/server/mod.ts";
 *
 * const server = await startServer({ host: "127.0.0.1", port: 0 });
 * console.log(server.addr.port, server.fingerprint);
 * await server.close();
 * ```
 *
 * @module
 */
export type { Clock, Timer } from "../clock.ts";
export * from "../codec/codes.ts";
export type { ProtocolErrorCode } from "../codec/mod.ts";
export type { FloodLimits } from "./author.ts";
export { DataDirError, type DataDirErrorReason } from "./data_dir_error.ts";
export type { BreakReason, LeftReason, ServerEvent } from "./event.ts";
export type { Registration } from "./registrar.ts";
export { Operator, type OwnedName } from "./operator.ts";
export { type Server, type ServerOptions, startServer } from "./server.ts";
export type { Rate } from "./token_bucket.ts";
