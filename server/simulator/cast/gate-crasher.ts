/**
 * Sends what no replica may let through to its core, beside all that is right: its words under a stranger's name or of
 * another chain, proposals with another block or another justification than they name, votes of epochs to come. It is a
 * peer like others, so it could also pass such things on: whoever relayed them would be taken for their author.
 */
import { blockHash } from '../../../ledger/values/identity.js';
import { toEpoch, toHeight, toView } from '../../../ledger/values/numbers.js';
import type { ChainId } from '../../../ledger/values/text.js';
import type { Certificate } from '../../../ledger/values/vote.js';
import type { ReplicaMessage } from '../../replica/ports.js';
import type { CreateActor, Stage } from '../actor.js';
import { validatorKeyOf } from '../simulated-chain.js';
import { type MessageOf, signNewView, signProposal, signVote } from './signing.js';

const wrongPpm = 300_000;
/** No node has this key, and no set. */
const nobody = 60;
const otherChain = 'simulated-66666666' as ChainId;

/** The stage of one who has stolen nothing: a key of its own that is in no set. */
const stranger = (stage: Stage): Stage => ({ ...stage, signer: stage.chain.keys.signer(validatorKeyOf(nobody)) });

function wrongVote(stage: Stage, { vote }: MessageOf<'vote'>): ReplicaMessage {
  switch (stage.random.below(4)) {
    case 0:
      return { type: 'vote', vote: signVote(stranger(stage), vote) };
    case 1:
      return { type: 'vote', vote: signVote(stage, { ...vote, chain: otherChain }) };
    case 2:
      return { type: 'vote', vote: { ...vote, validator: validatorKeyOf(stage.random.pick(stage.others)) } };
    default:
      return { type: 'vote', vote: signVote(stage, { ...vote, epoch: toEpoch(vote.epoch + 1) }) };
  }
}

/** @param older another certificate than the proposal's */
function wrongProposal(stage: Stage, like: MessageOf<'new_block'>, older: Certificate): ReplicaMessage {
  const { proposal, block } = like;
  switch (stage.random.below(6)) {
    case 0: {
      const { hash: _own, transactions, evidence, ...header } = { ...block, index: toHeight(block.index + 1) };
      const other = { ...header, hash: blockHash(stage.chain.context.crypto, header), transactions, evidence };
      return { ...like, block: other };
    }
    case 1:
      return { ...like, justify: older };
    case 2:
      return { ...like, proposal: signProposal(stage, { ...proposal, epoch: toEpoch(proposal.epoch + 1) }) };
    case 3:
      return { ...like, proposal: signProposal(stranger(stage), proposal) };
    case 4:
      return { ...like, block: { ...block, index: toHeight(block.index + 1) } };
    default:
      return { ...like, block: { ...block, transactions: block.transactions.slice(1) } };
  }
}

function wrongNewView(stage: Stage, message: MessageOf<'new_view'>): ReplicaMessage {
  const { new_view } = message;
  const { last_prepare } = new_view;
  switch (stage.random.below(4)) {
    case 0:
      return { ...message, new_view: signNewView(stranger(stage), new_view) };
    case 1:
      return { ...message, new_view: signNewView(stage, { ...new_view, epoch: toEpoch(new_view.epoch + 1) }) };
    case 2:
      return { ...message, new_view: { ...new_view, final_index: toHeight(new_view.final_index + 1) } };
    default: {
      if (last_prepare === undefined) return message;
      const foreign = signVote(stranger(stage), { ...last_prepare, view: toView(last_prepare.view + 1) });
      return { ...message, new_view: signNewView(stage, { ...new_view, last_prepare: foreign }) };
    }
  }
}

export const gateCrasher: CreateActor = (stage) => {
  let [older, latest]: (Certificate | undefined)[] = [];
  const wrong = (message: ReplicaMessage): readonly ReplicaMessage[] => {
    if (message.type === 'vote') return [wrongVote(stage, message)];
    if (message.type === 'new_view') return [wrongNewView(stage, message)];
    if (message.type !== 'new_block') return [];
    if (latest !== undefined && latest.view !== message.justify.view) older = latest;
    latest = message.justify;
    return [wrongProposal(stage, message, older ?? { ...latest, view: toView(latest.view + 1) })];
  };
  return {
    outgoing: (_to, message) => (stage.random.chance(wrongPpm) ? [message, ...wrong(message)] : [message]),
  };
};
