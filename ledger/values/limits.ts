/** Limits that are the same on every chain. Those a chain chooses for itself are its parameters. */

/** Bytes of one line between peers, without its line feed. */
export const maxLineBytes = 262_144;
/** Levels of nesting that a decoder looks into: a block in a page of blocks is 7 deep. */
export const maxJsonDepth = 16;
/** No transaction is shorter than this in canonical JSON; bounds how many a block can hold. */
export const minTransactionBytes = 256;
/** Pieces of evidence in one block; more wait for the next one. */
export const maxEvidencePerBlock = 16;
/** Lanes of an account are 0 to 255. */
export const maxLane = 255;
/** Accounts in a genesis file. */
export const maxGenesisAccounts = 100_000;
/** Bytes of a genesis file. */
export const maxGenesisBytes = 64 * 1024 * 1024;
