/**
 * One consensus core and whatever carries its effects out: the shipped input queue in front of it, a hand for each kind
 * of effect behind it. One rule: what a hand answers at once stands in the queue behind what came before, as in a node.
 */
import type { ConsensusConfig, Recovered } from '../../consensus/config.js';
import { type Consensus, createConsensus } from '../../consensus/consensus.js';
import type { Effect } from '../../consensus/effect.js';
import type { Input } from '../../consensus/input.js';
import type { ConsensusMessage } from '../../consensus/messages.js';
import type { VoteState } from '../../consensus/vote-state.js';
import type { HashedHeader } from '../../ledger/values/block.js';
import type { Height } from '../../ledger/values/numbers.js';
import type { Hash, PublicKey } from '../../ledger/values/text.js';
import type { Certificate, Evidence } from '../../ledger/values/vote.js';
import { createInputQueue } from '../../server/replica/input-queue.js';

/** An input without its time. */
export type Told = Input extends infer One ? (One extends { readonly now: number } ? Omit<One, 'now'> : never) : never;
export type BuildBlock = Extract<Effect, { type: 'build_block' }>;

export interface Hands {
  persist(voteState: VoteState, bodies: readonly Hash[]): void;
  /** To one validator, or to everyone. */
  send(message: ConsensusMessage, to?: PublicKey): void;
  startTimer(timer: string, at: number): void;
  stopTimer(timer: string): void;
  /** undefined: nothing to add. */
  build(asked: BuildBlock): HashedHeader | undefined;
  executes(block: Hash): boolean;
  /** The body at hand, or undefined when others were asked for it. */
  fetch(block: Hash): HashedHeader | undefined;
  finalise(block: Hash, certificate: Certificate): void;
  catchUp(from: Height): void;
  help(validator: PublicKey, finalIndex: Height): void;
  evidence(evidence: Evidence): void;
  refused(rule: string, reason: string): void;
}

export interface CoreDriver {
  readonly core: Consensus;
  tell(told: Told): void;
  /** The present step ends here, what waits is forgotten, and nothing is taken any more. */
  stop(): void;
}

export interface CoreDriverOptions {
  readonly config: ConsensusConfig;
  readonly recovered: Recovered;
  readonly now: () => number;
  readonly hands: Hands;
}

export function createCoreDriver({ config, recovered, now, hands }: CoreDriverOptions): CoreDriver {
  const core = createConsensus(config, recovered);
  const queue = createInputQueue((input) => core.step(input), carryOut);
  const tell = (told: Told): void => queue.feed({ ...told, now: now() } as Input);
  queue.start();

  function carryOut(effect: Effect): void {
    switch (effect.type) {
      case 'persist':
        hands.persist(effect.vote_state, effect.bodies);
        break;
      case 'broadcast':
        hands.send(effect.message);
        break;
      case 'send':
        hands.send(effect.message, effect.to);
        break;
      case 'start_timer':
        hands.startTimer(effect.timer, effect.at);
        break;
      case 'stop_timer':
        hands.stopTimer(effect.timer);
        break;
      case 'build_block': {
        const block = hands.build(effect);
        tell({ type: 'block_built', view: effect.view, ...(block ? { block } : {}) });
        break;
      }
      case 'validate_block':
        tell({
          type: 'block_validated',
          block: effect.block,
          ...(hands.executes(effect.block) ? { valid: true } : { valid: false, reason: 'another state root' }),
        });
        break;
      case 'fetch_block': {
        const block = hands.fetch(effect.block);
        if (block !== undefined) tell({ type: 'block_fetched', block });
        break;
      }
      case 'finalise':
        hands.finalise(effect.block, effect.certificate);
        break;
      case 'catch_up':
        hands.catchUp(effect.from_index);
        break;
      case 'help_behind':
        hands.help(effect.validator, effect.final_index);
        break;
      case 'report_evidence':
        hands.evidence(effect.evidence);
        break;
      case 'refused':
        hands.refused(effect.rule, effect.reason);
        break;
    }
  }

  return { core, tell, stop: () => queue.stop() };
}
