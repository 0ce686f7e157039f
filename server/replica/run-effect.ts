/** Carries out what the consensus core asks for. One rule: when it returns, the effect is done or handed on in order. */
import type { Effect } from '../../consensus/effect.js';
import type { Input } from '../../consensus/input.js';
import type { ConsensusMessage } from '../../consensus/messages.js';
import { toHeight } from '../../ledger/values/numbers.js';
import type { Evidence } from '../../ledger/values/vote.js';
import type { Sync } from '../sync/sync-interface.js';
import type { BlockTree } from './block-tree.js';
import type { BlockWork } from './block-work.js';
import type { BlockFetcher } from './fetch-blocks.js';
import type { FinalBlocks } from './final-blocks.js';
import type { Clock, LedgerStore, Network, ReplicaMessage, VoteStateStore } from './ports.js';
import { helpBlocks, pageBytes } from './replica-limits.js';
import type { Timers } from './timers.js';
import type { MessageChecks } from './verify-message.js';

export interface EffectRunnerOptions {
  readonly clock: Clock;
  readonly network: Network;
  readonly voteState: VoteStateStore | undefined;
  readonly ledger: LedgerStore;
  readonly tree: BlockTree;
  readonly checks: MessageChecks;
  readonly fetcher: BlockFetcher;
  readonly finals: FinalBlocks;
  readonly sync: Sync;
  readonly timers: Timers;
  readonly work: BlockWork;
  readonly feed: (input: Input) => void;
  readonly addEvidence: (evidence: Evidence) => boolean;
  /** A block is final by a good certificate that contradicts what is final here. */
  readonly onConflict: () => void;
  /** Which rule refused what; for traces. */
  readonly log: (text: string, fields: object) => void;
}

export function createEffectRunner(options: EffectRunnerOptions): (effect: Effect) => void {
  const { clock, network, ledger, tree, checks, fetcher, timers, work, feed } = options;

  /** The core names a block by its hash; peers need its body beside the proposal. */
  function withMessage(message: ConsensusMessage, deliver: (message: ReplicaMessage) => void): void {
    if (message.type === 'certificate') checks.remember(message.certificate);
    if (message.type !== 'proposal') {
      deliver(message);
      return;
    }
    const block = tree.get(message.proposal.block) ?? ledger.blockByHash(message.proposal.block);
    if (block === undefined) {
      // Forgotten for want of room: the leader that wants to propose it again has to get it back first.
      fetcher.fetch(message.proposal.block);
      return;
    }
    deliver({ type: 'new_block', proposal: message.proposal, block, justify: message.justify });
  }

  return (effect) => {
    switch (effect.type) {
      case 'persist': {
        const bodies = effect.bodies.flatMap((hash) => tree.get(hash) ?? []);
        options.voteState?.write(effect.vote_state, bodies, effect.bodies);
        break;
      }
      case 'broadcast':
        withMessage(effect.message, (message) => network.broadcast(message));
        break;
      case 'send':
        withMessage(effect.message, (message) => network.sendToValidator(effect.to, message));
        break;
      case 'start_timer':
        timers.start(effect.timer, effect.at);
        break;
      case 'stop_timer':
        timers.stop(effect.timer);
        break;
      case 'build_block':
        work.build(effect);
        break;
      case 'validate_block':
        work.validate(effect.block);
        break;
      case 'fetch_block': {
        const known = tree.get(effect.block);
        if (known !== undefined) feed({ type: 'block_fetched', block: known, now: clock.now() });
        else fetcher.fetch(effect.block);
        break;
      }
      case 'finalise':
        checks.remember(effect.certificate);
        options.finals.finalise(effect.block, effect.certificate);
        break;
      case 'catch_up':
        options.sync.catchUp(effect.from_index);
        break;
      case 'help_behind': {
        const page = ledger.page(toHeight(effect.final_index + 1), helpBlocks, pageBytes);
        const end = page.finality[0];
        if (page.blocks.length > 0) network.sendToValidator(effect.validator, { type: 'blocks', id: 0, ...page });
        // Too long for a page: whoever has the certificate asks for what it proves.
        else if (end !== undefined)
          network.sendToValidator(effect.validator, { type: 'certificate', certificate: end });
        break;
      }
      case 'report_evidence':
        options.addEvidence(effect.evidence);
        break;
      case 'refused':
        options.log(effect.reason, { rule: effect.rule, by: effect.by });
        if (effect.rule === '5-conflicting-finality') options.onConflict();
        break;
    }
  };
}
