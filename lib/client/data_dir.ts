/** What an environment variable holds, or `undefined`. */
export type Environment = (variable: string) => string | undefined;

/**
 * Where a client keeps what it must remember, unless told otherwise; `undefined` where the environment
 * doesn't say where the user's files are.
 *
 * @param os as `Deno.build.os`
 */
export function defaultDataDir(environment: Environment, os: string): string | undefined {
  const below = (variable: string, path: string) => {
    const directory = environment(variable);
    return directory ? `${directory}${path}` : undefined;
  };
  switch (os) {
    case "windows":
      return below("LOCALAPPDATA", "\\chat");
    case "darwin":
      return below("HOME", "/Library/Application Support/chat");
    default: {
      const isAbsolute = environment("XDG_DATA_HOME")?.startsWith("/"); // others are to be ignored
      return isAbsolute ? below("XDG_DATA_HOME", "/chat") : below("HOME", "/.local/share/chat");
    }
  }
}
