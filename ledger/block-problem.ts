/** Why a block does not follow from the state it extends, in order of precedence. */
import { err } from './values/result.js';

const blockProblemCodes = [
  'version',
  'chain',
  'index',
  'prev_hash',
  'epoch',
  'slot',
  'justify_view',
  'validators_hash',
  'proposer',
  'tx_root',
  'evidence_root',
  'too_large',
  'work',
  'hash',
  'vrf',
  'empty',
  'evidence',
  'transaction',
  'next_epoch',
  'state_root',
] as const;

export type BlockProblemCode = (typeof blockProblemCodes)[number];

export interface BlockProblem {
  readonly code: BlockProblemCode;
  /** One sentence that says what was wrong. */
  readonly detail: string;
}

export const blockProblem = (code: BlockProblemCode, detail: string) => err<BlockProblem>({ code, detail });
