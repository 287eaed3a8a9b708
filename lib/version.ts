import config from "../deno.json" with { type: "json" };

/** This release, as deno.json says it. */
export const version = config.version;

/** What a program tells its peer that it is. */
export const software = `prosa/${version}`;
