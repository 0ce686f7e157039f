/** What the nodes have said lately: the stuff that plausible messages are made of. Bounded for each type. */
import type { Block } from '../../ledger/values/block.js';
import type { Hash } from '../../ledger/values/text.js';
import type { Certificate, Proposal, Vote } from '../../ledger/values/vote.js';
import type { Random } from '../../server/simulator/random.js';

export type WireObject = { readonly type: string; readonly [member: string]: unknown };

export interface Heard {
  note(message: WireObject): void;
  /** A message of this type, or of any; undefined: none was heard yet. */
  any(random: Random, type?: string): WireObject | undefined;
  /** Newest last. */
  readonly votes: readonly Vote[];
  readonly proposals: readonly Proposal[];
  readonly blocks: readonly Block[];
  readonly certificates: readonly Certificate[];
  hash(random: Random): Hash;
}

const kept = 48;

export function createHeard(genesisHash: Hash): Heard {
  const byType = new Map<string, WireObject[]>();
  const votes: Vote[] = [];
  const proposals: Proposal[] = [];
  const blocks: Block[] = [];
  const certificates: Certificate[] = [];
  const keep = <Item>(list: Item[], item: Item): void => {
    list.push(item);
    if (list.length > kept) list.shift();
  };

  return {
    votes,
    proposals,
    blocks,
    certificates,
    note(message) {
      const list = byType.get(message.type) ?? [];
      byType.set(message.type, list);
      // Half of what is kept stays old: replays of what is long over.
      if (list.length >= kept) list.splice(kept >> 1, 1);
      list.push(message);
      if (message.type === 'vote') keep(votes, message.vote as Vote);
      if (message.type === 'certificate') keep(certificates, message.certificate as Certificate);
      if (message.type !== 'new_block') return;
      const {
        type: _,
        proposal,
        justify,
        ...block
      } = message as unknown as {
        type: string;
        proposal: Proposal;
        justify: Certificate;
      };
      keep(proposals, proposal);
      keep(certificates, justify);
      keep(blocks, block as unknown as Block);
    },
    any(random, type) {
      const list = byType.get(type ?? random.pick([...byType.keys(), '']));
      return list === undefined || list.length === 0 ? undefined : random.pick(list);
    },
    hash(random) {
      const found = random.below(4);
      if (found === 0 || blocks.length === 0) return genesisHash;
      if (found === 1)
        return `0x${random
          .below(2 ** 32)
          .toString(16)
          .padStart(64, '0')}`;
      return random.pick(blocks).hash;
    },
  };
}
