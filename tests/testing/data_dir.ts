/** Whether a test may use files. */
export const mayUseFiles = (["read", "write"] as const).every((name) =>
  Deno.permissions.querySync({ name }).state === "granted"
);

/** Runs `test` with a directory of its own, which is gone afterwards. */
export async function withDataDir(test: (dataDir: string) => void | Promise<void>): Promise<void> {
  const dataDir = await Deno.makeTempDir();
  try {
    await test(dataDir);
  } finally {
    await Deno.remove(dataDir, { recursive: true });
  }
}
