/** Far longer than anything takes, even on a machine that does ten other things. */
const deadlineMs = 30_000;

/** What `promise` resolves to; fails, rather than hang, where it takes for ever. */
export async function within<Result>(promise: Promise<Result>, what: string): Promise<Result> {
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(() => late.reject(new Error(`waited in vain for ${what}`)), deadlineMs);
  try {
    return await Promise.race([promise, late.promise]);
  } finally {
    clearTimeout(timer);
  }
}
