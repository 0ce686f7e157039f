/**
 * Whoever signs two things where one is allowed is found out: once both have reached one honest process, proof of it is
 * in a final block soon after the healing, unless the epoch of the offence is over for so long that none counts.
 */
import { maxProposalsPerValidator, maxVotesPerValidator } from '../../../consensus/config.js';
import type { Block } from '../../../ledger/values/block.js';
import type { PublicKey } from '../../../ledger/values/text.js';
import type { Vote } from '../../../ledger/values/vote.js';
import type { ReplicaMessage } from '../../replica/ports.js';
import { Violation } from './violation.js';

/** Slots that proof may take once nothing stands in its way: some of the leaders are liars, and rank is drawn. */
const owedWithinSlots = 15;

interface Owed {
  readonly epoch: number;
  readonly text: string;
  readonly slot: number;
  readonly height: number;
  /** Honest processes that heard both. */
  readonly witnesses: Set<number>;
}

export interface EvidenceBook {
  /** An honest node, in `epoch`, took a message that holds. */
  heard(node: number, epoch: number, slot: number, height: number, message: ReplicaMessage): void;
  /** The process is gone, and what it had heard. */
  forgotten(node: number): void;
  /** A block is final, for the first time on any honest disk. */
  final(block: Block): void;
  /** @param epoch the running one @throws Violation when proof is missing */
  check(healedAtSlot: number, slot: number, epoch: number, epochsItCounts: number): void;
  readonly counts: { owed: number; proved: number; expired: number; mostBlocks: number };
}

/** The first that was signed for one view and phase. */
interface First {
  readonly block: string;
  readonly view: number;
  /** Its slot had not begun when it was heard. */
  readonly early: boolean;
}

/** What one process heard of one liar in one epoch, by place; and where it locked itself. */
interface Heard {
  epoch: number;
  readonly proposals: Map<string, First>;
  readonly votes: Map<string, First>;
  committed: number;
}

export function createEvidenceBook(
  isLiar: (key: PublicKey) => boolean,
  slotOf: (view: number) => number,
): EvidenceBook {
  const heardByNode = new Map<string, Heard>();
  const owed = new Map<string, Owed>();
  const proved = new Set<string>();
  const counts = { owed: 0, proved: 0, expired: 0, mostBlocks: 0 };

  function heardOf(node: number, key: PublicKey, epoch: number): Heard {
    const name = `${node} ${key}`;
    let heard = heardByNode.get(name);
    if (heard === undefined || heard.epoch !== epoch) {
      heard = { epoch, proposals: new Map(), votes: new Map(), committed: -1 };
      heardByNode.set(name, heard);
    }
    return heard;
  }
  const breaksLock = (heard: Heard, vote: Vote): boolean => {
    if (vote.phase === 'commit') {
      heard.committed = Math.max(heard.committed, vote.view);
      return false;
    }
    return vote.view > heard.committed && vote.justify_view < heard.committed;
  };

  /** [5-proposals-kept] Whoever signs more proposals than a node remembers may hide its own. */
  const pushedOut = ({ proposals }: Heard): boolean => proposals.size > maxProposalsPerValidator;

  /** [5-votes-kept] So may whoever signs more votes of later views, or of slots to come. */
  const voteForgotten = ({ votes }: Heard, first: First): boolean => {
    if (votes.size <= maxVotesPerValidator) return false;
    const notBefore = [...votes.values()].filter(({ view }) => view >= first.view);
    return first.early || notBefore.length > maxVotesPerValidator;
  };

  return {
    counts,
    heard(node, epoch, slot, height, message) {
      const signed =
        message.type === 'vote' ? message.vote : message.type === 'new_block' ? message.proposal : undefined;
      if (signed === undefined || signed.epoch !== epoch || !isLiar(signed.validator)) return;
      const heard = heardOf(node, signed.validator, epoch);
      const isVote = 'phase' in signed;
      const place = `${signed.view} ${isVote ? signed.phase : 'propose'}`;
      const places = isVote ? heard.votes : heard.proposals;
      const first = places.get(place);
      if (first === undefined) {
        places.set(place, { block: signed.block, view: signed.view, early: slotOf(signed.view) > slot });
      }
      if (!isVote && pushedOut(heard)) return;
      const differs = first !== undefined && first.block !== signed.block && !(isVote && voteForgotten(heard, first));
      const caught = differs || (isVote && breaksLock(heard, signed));
      const name = `${epoch} ${signed.validator}`;
      if (!caught || proved.has(name)) return;
      const before = owed.get(name);
      if (before !== undefined) {
        before.witnesses.add(node);
        return;
      }
      counts.owed++;
      const text = `${signed.validator} at ${place} of epoch ${epoch}, heard by node ${node} in slot ${slot}`;
      owed.set(name, { epoch, text, slot, height, witnesses: new Set([node]) });
    },
    forgotten(node) {
      for (const name of heardByNode.keys()) if (name.startsWith(`${node} `)) heardByNode.delete(name);
      for (const [name, one] of owed) {
        one.witnesses.delete(node);
        if (one.witnesses.size === 0) owed.delete(name);
      }
    },
    final(block) {
      for (const { first } of block.evidence) {
        const name = `${first.epoch} ${first.validator}`;
        proved.add(name);
        const one = owed.get(name);
        if (one === undefined) continue;
        owed.delete(name);
        counts.proved++;
        counts.mostBlocks = Math.max(counts.mostBlocks, block.index - one.height);
      }
    },
    check(healedAtSlot, slot, epoch, epochsItCounts) {
      for (const [name, one] of owed) {
        if (epoch - one.epoch > epochsItCounts) {
          owed.delete(name);
          counts.expired++;
        } else if (slot - Math.max(one.slot, healedAtSlot) > owedWithinSlots) {
          const since = slot - Math.max(one.slot, healedAtSlot);
          throw new Violation('two signatures are found out', `${one.text}: no proof is final ${since} slots later`);
        }
      }
    },
  };
}
