/** Whether tests may not write files. */
export const mayNotWrite = (["read", "write"] as const).some((name) =>
  Deno.permissions.querySync({ name }).state !== "granted"
);

/** Runs `test` with a directory of its own, which is gone afterwards. */
export async function withDirectory(test: (path: string) => unknown): Promise<void> {
  const path = await Deno.makeTempDir();
  try {
    await test(path);
  } finally {
    await Deno.remove(path, { recursive: true });
  }
}

/** Names of what is in a directory, in order. */
export function listDirectory(path: string): string[] {
  return Array.from(Deno.readDirSync(path), ({ name }) => name).toSorted();
}
