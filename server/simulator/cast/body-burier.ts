/**
 * Makes a block that gets its prepare votes and hides the certificate; has siblings of it voted for until everyone has forgotten
 * that block for want of room; then shows the certificate, and plays dead. Whoever locked on it now could never go on.
 */
import { assembleCertificate } from '../../../consensus/certificate.js';
import { isQuorum, stakeOf, totalStake } from '../../../consensus/quorum.js';
import { viewAt } from '../../../consensus/view.js';
import { readEpoch } from '../../../ledger/state-keys.js';
import type { Slot } from '../../../ledger/values/numbers.js';
import type { Hash } from '../../../ledger/values/text.js';
import type { Vote } from '../../../ledger/values/vote.js';
import type { ReplicaMessage } from '../../replica/ports.js';
import type { CreateActor, Stage } from '../actor.js';
import { rivalOf } from './rival-block.js';
import { type MessageOf, repropose, signVote } from './signing.js';

/** More than bodies are kept for votes; more than unfinal blocks are held at all. */
const manySiblings = 70;
const mostSiblings = 530;
/** The last go to one node each, so that nobody can put a certificate together from what was voted for last. */
const scattered = 3;
/** How often the certificate is shown, every fiftieth of a slot. */
const showings = 150;

/** @param siblings how many are voted for in that slot; after it this node says nothing else, and nobody gets the block of it again */
export const createBodyBurier =
  (siblings: (stage: Stage) => number): CreateActor =>
  (stage) => {
    const { parameters } = stage.chain.context.genesis;
    const slotUs = parameters.slot_duration_ms * 1000;
    let buried: { readonly block: Hash; readonly slot: Slot; readonly votes: Map<string, Vote> } | undefined;
    let shown = false;

    function bury(message: MessageOf<'new_block'>): void {
      const { proposal, block, justify } = message;
      const { chain, epoch, view } = proposal;
      const phase = 'prepare';
      const own = signVote(stage, { chain, epoch, view, block: block.hash, phase, justify_view: justify.view });
      buried = { block: block.hash, slot: block.slot, votes: new Map([[own.validator, own]]) };
      for (const to of stage.others) stage.send(to, message);
      const count = siblings(stage);
      const from = stage.queue.now() + slotUs / 10;
      for (let at = 1; at <= count; at++) {
        const round = block.round + at;
        stage.queue.schedule(from + (at * slotUs) / 2000, () => {
          const sibling = rivalOf(stage, block, round);
          if (sibling === undefined) return;
          const likeIt = { ...proposal, view: viewAt(parameters, block.slot, round) };
          const one = repropose(stage, likeIt, sibling, justify);
          const left = count - at;
          for (const to of stage.others) {
            if (left >= scattered || to === stage.others[left]) stage.send(to, one);
          }
        });
      }
    }

    function count(vote: Vote): void {
      if (vote.phase !== 'prepare' || vote.block !== buried?.block || shown) return;
      buried.votes.set(vote.validator, vote);
      const { disk } = stage.self();
      const epoch = readEpoch({ get: disk.get });
      const votes = [...buried.votes.values()].filter((one) => one.epoch === epoch.number);
      const voters = votes.map(({ validator }) => validator);
      if (!isQuorum(stakeOf(epoch, voters), totalStake(epoch))) return;
      shown = true;
      const certificate = assembleCertificate(epoch, votes);
      const from = Math.max(stage.queue.now(), (buried.slot + 1) * slotUs);
      for (let at = 1; at <= showings; at++) {
        stage.queue.schedule(from + (at * slotUs) / 50, () => {
          for (const to of stage.others) stage.send(to, { type: 'certificate', certificate });
        });
      }
    }

    return {
      outgoing(_to, message) {
        if (buried !== undefined) return isHarmless(message) ? [message] : [];
        if (message.type !== 'new_block' || message.proposal.validator !== stage.signer.publicKey) return [message];
        const { block, justify } = message;
        if (block.hash === justify.block || rivalOf(stage, block, block.round + 1) === undefined) return [message];
        bury(message);
        return [];
      },
      incoming(_from, message) {
        if (buried === undefined) return true;
        if (message.type === 'vote') count(message.vote);
        return isHarmless(message);
      },
    };
  };

const isHarmless = ({ type }: ReplicaMessage): boolean => type === 'ping' || type === 'pong' || type === 'blocks';

export const bodyBurier = createBodyBurier(({ random }) => (random.chance(100_000) ? mostSiblings : manySiblings));
