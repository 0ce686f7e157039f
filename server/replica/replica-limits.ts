/** Everything in a replica that can grow, and how far. */

/** Unfinal blocks held with their changes; the core holds as many headers. */
export const maxUnfinalBlocks = 512;
/** Bytes of canonical JSON that all unfinal blocks together may have: a hundred full ones. */
export const maxUnfinalBytes = 20_000_000;
/** Verified votes, proposals and certificates remembered by their whole text, so that a repetition costs a look-up: views of a hundred validators. */
export const maxVerified = 4_096;
/** Own votes and proposals remembered, the latest: three for each block that this node leads, two for others. */
export const maxOwnSignatures = 4_096;
/** Messages of a later epoch kept until their set is known. */
export const maxHeldMessages = 256;
/** Bytes of them: nobody can check their signatures yet, so whoever likes can send as many, each as long as a line. Some twenty full blocks. */
export const maxHeldBytes = 4_000_000;
/** How many slots ahead of our clock a message may name. */
export const maxSlotsAhead = 16;
/** Evidence that waits for a block. */
export const maxPendingEvidence = 256;
/** Of these, how many a node tells the leader of each slot that begins. */
export const maxEvidenceToldPerSlot = 8;
/** Transactions that have waited for a slot, told to the next leader: as many, and as many bytes of them. */
export const maxTransactionsToldPerSlot = 16;
export const maxTransactionBytesToldPerSlot = 60_000;
/** Rounds of asking peers for one missing block before it is given up; a later proposal asks again. */
export const maxFetchAttempts = 24;
/** Missing blocks asked for at the same time. */
export const maxFetches = 64;
/** Blocks sent to a validator that is behind. */
export const helpBlocks = 100;
/** Bytes of one page of blocks, within one line. */
export const pageBytes = 200_000;
/** VRF proofs kept for their slot. */
export const maxVrfProofs = 4;
/** Final blocks that may wait for the disk before a page of a peer is applied: the next page adds up to a hundred. */
export const maxUnstoredInSync = 64;
/** Final blocks from peers executed in one turn: for so long nothing else is looked at. */
export const maxBlocksInRun = 8;
/** A block of so many slots ago is old: who gets it from a peer now was behind. */
export const slotsUntilOld = 16;
/** Candidates that do not apply, of which a leader looks at so many in one draft: some milliseconds. They leave the mempool after it. */
export const maxRefusedInDraft = 1_024;
