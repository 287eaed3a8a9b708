/** Names in a directory, those of directories with a `/` behind them; none where it can't be read. */
export function listDirectory(path: string): string[] {
  try {
    return Array.from(
      Deno.readDirSync(path),
      ({ name, isDirectory }) => isDirectory ? `${name}/` : name,
    );
  } catch {
    return [];
  }
}
