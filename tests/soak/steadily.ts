/**
 * Does something so many times, at a steady rate: what a busy machine has made late is made up for.
 *
 * @param isOver asked before each time
 */
export async function steadily(
  perSecond: number,
  act: (n: number) => Promise<void>,
  isOver: (n: number) => boolean,
): Promise<void> {
  const startedAt = performance.now();
  for (let n = 0; !isOver(n); n++) {
    const pauseMs = startedAt + n * 1_000 / perSecond - performance.now();
    if (pauseMs > 1) await sleep(pauseMs);
    await act(n);
  }
}

export function sleep(pauseMs: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, pauseMs));
}
