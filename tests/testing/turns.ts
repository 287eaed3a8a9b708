/**
 * Lets everything that is ready run: promises that have been resolved, and what follows from them. What
 * a test waits for with this needs no I/O and no timer.
 */
export async function settled(): Promise<void> {
  for (let i = 0; i < 50; i++) await undefined;
}
