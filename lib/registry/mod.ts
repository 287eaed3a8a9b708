/**
 * Names and who holds them. The registry knows what may be a name and whose it is, never how its member
 * is reached: the member carries its connection and its path.
 *
 * @module
 */
export { type Name, type NotAName, parseName } from "./name.ts";
export { type Claim, type Registered, Registry } from "./registry.ts";
