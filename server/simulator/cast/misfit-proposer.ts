/**
 * Leads by proposing what no rule allows, properly signed and with a true hash: a block with one field that does not
 * fit, out of its turn, for a slot far ahead, on top of a closing block; and once in a while a flood of them.
 */
import { referenceTo } from '../../../consensus/certificate.js';
import { createSchedule } from '../../../consensus/schedule.js';
import { slotOfView, viewAt } from '../../../consensus/view.js';
import { readEpoch } from '../../../ledger/state-keys.js';
import type { Block } from '../../../ledger/values/block.js';
import { blockHash } from '../../../ledger/values/identity.js';
import { toEpoch, toHeight, toSlot, toView, type View } from '../../../ledger/values/numbers.js';
import type { Certificate } from '../../../ledger/values/vote.js';
import type { ReplicaMessage } from '../../replica/ports.js';
import type { CreateActor, Stage } from '../actor.js';
import { validatorKeyOf } from '../simulated-chain.js';
import { type MessageOf, signProposal } from './signing.js';

type NewBlock = MessageOf<'new_block'>;

/** More proposals, and more unfinal blocks, than any node holds. */
const flood = 1_100;
const floodPpm = 60_000;
const misfitPpm = 600_000;

/** The same block but for these fields, under its own hash. */
function altered({ chain }: Stage, block: Block, fields: Partial<Block>): Block {
  const { hash: _old, transactions, evidence, ...header } = { ...block, ...fields };
  return { ...header, hash: blockHash(chain.context.crypto, header), transactions, evidence };
}

function propose(stage: Stage, like: NewBlock, block: Block, view: View = like.proposal.view): NewBlock {
  return { ...like, block, proposal: signProposal(stage, { ...like.proposal, view, block: block.hash }) };
}

/** Slot and round as a view says. */
function inView(stage: Stage, like: NewBlock, view: View): NewBlock {
  const { parameters } = stage.chain.context.genesis;
  const fields = { slot: slotOfView(parameters, view), round: view % parameters.rounds_per_slot };
  return propose(stage, like, altered(stage, like.block, fields), view);
}

/** The last view of its own that lies in no later slot than a certificate; no decoder lets in what is said in view 0. */
function earlyView(stage: Stage, { view }: Certificate): View {
  const { crypto, genesis } = stage.chain.context;
  const { leader } = createSchedule(crypto, readEpoch(stage.self().disk));
  const { parameters } = genesis;
  let slot = slotOfView(parameters, view);
  while (slot > 0 && leader(slot) !== stage.signer.publicKey) slot = toSlot(slot - 1);
  return toView(Math.max(1, viewAt(parameters, slot, parameters.rounds_per_slot - 1)));
}

/** @param older a certificate of an epoch before */
function misfit(stage: Stage, like: NewBlock, older: Certificate): NewBlock {
  const { block, justify, proposal } = like;
  const { parameters } = stage.chain.context.genesis;
  const alter = (fields: Partial<Block>): NewBlock => propose(stage, like, altered(stage, block, fields));
  const opens = justify.epoch < proposal.epoch && stage.random.chance(500_000);
  const closes = block.next_epoch !== undefined && block.hash === justify.block && stage.random.chance(500_000);
  switch (opens ? 7 : closes ? 8 : stage.random.below(11)) {
    case 0:
      return alter({ epoch: toEpoch(block.epoch + 1) });
    case 1:
      return alter({ round: block.round + 1 });
    case 2:
      return alter({ proposer: validatorKeyOf(stage.random.pick(stage.others)) });
    case 3:
      return alter({ justify_view: toView(block.justify_view + 1) });
    case 4:
      return alter({ index: toHeight(block.index + 1) });
    case 5:
      return alter({ state_root: `0x${'7'.repeat(64)}` });
    case 6:
      return inView(stage, like, viewAt(parameters, toSlot(block.slot + stage.random.between(1, 16)), 0));
    case 7:
      // As early as its justification, which an epoch's first block must not be.
      return inView(stage, like, earlyView(stage, justify));
    case 8: {
      // The certified block is proposed again: a closing one must not be extended.
      const child = { index: toHeight(block.index + 1), prev_hash: justify.block, justify_view: justify.view };
      const { slot, round } = inView(stage, like, proposal.view).block;
      return alter({ ...child, slot, round, proposer: stage.signer.publicKey });
    }
    case 9:
      return { ...like, proposal: signProposal(stage, { ...proposal, justify: referenceTo(older) }), justify: older };
    default:
      return alter({ prev_hash: `0x${'8'.repeat(64)}` });
  }
}

export const misfitProposer: CreateActor = (stage) => {
  /** One answer to all for each proposal that its replica makes. */
  const chosen = new Map<View, readonly ReplicaMessage[]>();
  let [older, latest]: (Certificate | undefined)[] = [];
  const learn = (certificate: Certificate): void => {
    if (latest !== undefined && latest.epoch < certificate.epoch) older = latest;
    latest = certificate;
  };
  const choose = (like: NewBlock): readonly ReplicaMessage[] => {
    if (stage.random.chance(floodPpm)) {
      return Array.from({ length: flood }, (_, at) => inView(stage, like, toView(like.proposal.view + at + 1)));
    }
    return [stage.random.chance(misfitPpm) ? misfit(stage, like, older ?? like.justify) : like];
  };
  return {
    outgoing(_to, message) {
      if (message.type !== 'new_block' || message.proposal.validator !== stage.signer.publicKey) return [message];
      learn(message.justify);
      const { view } = message.proposal;
      const messages = chosen.get(view) ?? choose(message);
      chosen.set(view, messages);
      if (chosen.size > 64) chosen.delete(chosen.keys().next().value!);
      return messages;
    },
  };
};
