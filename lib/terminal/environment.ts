/** What an environment variable holds; `undefined` too where this program may not know. */
export function readEnvironment(variable: string): string | undefined {
  const permission = Deno.permissions.querySync({ name: "env", variable });
  return permission.state === "granted" ? Deno.env.get(variable) : undefined;
}
