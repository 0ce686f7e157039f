/**
 * A final block that the operator knows of by another way (`--checkpoint`). One rule: a chain that has another block at
 * that height is not the one that was meant, whoever signed it.
 */
import type { Height } from '../../ledger/values/numbers.js';
import type { Hash } from '../../ledger/values/text.js';

export interface Checkpoint {
  readonly index: Height;
  readonly hash: Hash;
}

/** @returns a sentence, or undefined if this block does not contradict the checkpoint */
export function checkpointProblem(
  checkpoint: Checkpoint | undefined,
  { index, hash }: { readonly index: Height; readonly hash: Hash },
): string | undefined {
  if (checkpoint === undefined || index !== checkpoint.index || hash === checkpoint.hash) return undefined;
  return `Block ${index} of this chain is ${hash}, and --checkpoint says that it is ${checkpoint.hash}: this is not the chain that was meant.`;
}
