/** Guards against hanging, not measurements: what is waited for comes far sooner, also on a machine that is slow and busy. */

/** For one thing that is waited for, in ms. */
export const hangGuardMs = 180_000;

/** For many of them: a whole test. */
export const longHangGuardMs = 600_000;
