/**
 * Network tests have a short form, for every run, and a long one: `npm run test:network -- --minutes M`. The sizes of
 * a test grow from its short to its long value; a long test is skipped where there is no time for it.
 */
const given = Number(process.env.SLOTLEDGER_NETWORK_MINUTES ?? 0);

/** 0 in the short form. */
export const minutes = Number.isFinite(given) && given > 0 ? given : 0;

const isLong = minutes > 0;

export const sized = (short: number, long: number): number => (isLong ? long : short);
