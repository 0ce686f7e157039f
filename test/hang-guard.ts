/** Guards against hanging, not measurements: what is waited for comes far sooner, also on a machine that is slow and busy. */

/** For one thing that is waited for, in ms. */
export const hangGuardMs = 180_000;

/** For many of them: a whole test. */
export const longHangGuardMs = 600_000;

/** Waits until `holds`, looking every 5 ms; fails with `what`. */
export async function until(what: string, holds: () => boolean): Promise<void> {
  const deadline = performance.now() + hangGuardMs;
  while (!holds()) {
    if (performance.now() > deadline) throw new Error(`it never came about: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
