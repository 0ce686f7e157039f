/** One step of a core as a line that a person reads: when, what came in, what went out. Hashes and keys are shortened. */
import type { Effect } from '../../consensus/effect.js';
import type { Input } from '../../consensus/input.js';
import type { ConsensusMessage } from '../../consensus/messages.js';
import type { Certificate, Vote } from '../../ledger/values/vote.js';

const short = (text: string): string => text.slice(0, 10);
const voteText = ({ phase, view, block, validator }: Vote): string =>
  `${phase} vote ${view} ${short(block)} of ${short(validator)}`;
const certificateText = ({ phase, epoch, view, block, signers }: Certificate): string =>
  `${phase} certificate ${epoch}/${view} ${short(block)} of ${signers.length}`;

/** @param line of the recording, from 1 */
export function traceLine(line: number, input: Input, effects: readonly Effect[]): string {
  const time = new Date(input.now).toISOString().slice(11, 23);
  const done = effects.map(effectText).join('; ');
  return `${String(line).padStart(6)} ${time} ${inputText(input)}${done === '' ? '' : ` → ${done}`}`;
}

function inputText(input: Input): string {
  switch (input.type) {
    case 'slot_started':
      return `slot ${input.slot} started`;
    case 'timer_fired':
      return `timer ${input.timer}`;
    case 'work_available':
      return 'work available';
    case 'proposal':
    case 'vote':
    case 'certificate':
    case 'new_view':
      return messageText(input);
    case 'block_built':
      return input.block === undefined ? 'nothing to build' : `built ${input.block.index} ${short(input.block.hash)}`;
    case 'block_validated':
      return `${short(input.block)} is ${input.valid ? 'valid' : `invalid: ${input.reason ?? ''}`}`;
    case 'block_fetched':
      return `fetched ${input.block.index} ${short(input.block.hash)}`;
    case 'block_forgotten':
      return `no room for ${short(input.block)}`;
    case 'final_advanced':
      return `final ${input.tip.index} ${short(input.tip.hash)}`;
    case 'final_stored':
      return `stored ${input.index}`;
    case 'clock_suspect':
      return input.suspect ? 'the clock is suspect' : 'the clock is right';
  }
}

type Message = ConsensusMessage | Extract<Input, { type: 'proposal' | 'vote' | 'certificate' | 'new_view' }>;

function messageText(message: Message): string {
  switch (message.type) {
    case 'proposal': {
      const { view, block, validator } = message.proposal;
      return `proposal ${view} ${short(block)} of ${short(validator)} on view ${message.justify.view}`;
    }
    case 'vote':
      return voteText(message.vote);
    case 'certificate':
      return certificateText(message.certificate);
    case 'new_view': {
      const { slot, validator, lock, final_index } = message.new_view;
      return `new-view ${slot} of ${short(validator)}, lock ${lock.epoch}/${lock.view}, final ${final_index}`;
    }
  }
}

function effectText(effect: Effect): string {
  switch (effect.type) {
    case 'persist': {
      const { watermark, lock } = effect.vote_state;
      return `persist ${watermark.view} ${watermark.step}, lock ${lock.epoch}/${lock.view}`;
    }
    case 'broadcast':
      return `to all: ${messageText(effect.message)}`;
    case 'send':
      return `to ${short(effect.to)}: ${messageText(effect.message)}`;
    case 'start_timer':
      return `timer ${effect.timer} at ${new Date(effect.at).toISOString().slice(11, 23)}`;
    case 'stop_timer':
      return `stop timer ${effect.timer}`;
    case 'build_block':
      return `build for view ${effect.view} on ${short(effect.parent)}`;
    case 'validate_block':
    case 'fetch_block':
      return `${effect.type === 'fetch_block' ? 'fetch' : 'validate'} ${short(effect.block)}`;
    case 'finalise':
      return `FINAL ${short(effect.block)}`;
    case 'catch_up':
      return `catch up from ${effect.from_index}`;
    case 'help_behind':
      return `help ${short(effect.validator)} after ${effect.final_index}`;
    case 'report_evidence':
      return `evidence: ${effect.evidence.kind}`;
    case 'refused':
      return `refused (${effect.rule}): ${effect.reason}`;
  }
}
