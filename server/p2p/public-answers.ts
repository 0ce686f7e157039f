/**
 * What a node tells anyone who asks, before hello and after: blocks, addresses, its genesis, its head. The one rule:
 * strangers share a small budget, so that being looked at costs a node nothing that matters.
 */
import type { Height } from '../../ledger/values/numbers.js';
import type { BlocksPage, Clock } from '../replica/ports.js';
import { encodeLine, fitsLine } from './encode-line.js';
import {
  ANSWERING_MS_BEFORE_HELLO_BURST,
  ANSWERING_MS_BEFORE_HELLO_PER_SECOND,
  ANSWERS_BEFORE_HELLO_PER_SECOND,
  MAX_PAGE_BYTES,
} from './limits.js';
import type { ErrorCode, PeerAddress, WireMessage } from './messages.js';
import type { Answers } from './peer-network.js';
import { createTokenBucket } from './token-bucket.js';

export interface PublicAnswers {
  /** The answer to a stranger's message; an `error` if there is none. */
  answer(message: WireMessage): WireMessage;
  /** The same for a proved peer, whose budget is its own. */
  answerPeer(message: WireMessage): WireMessage;
}

export interface PublicAnswersOptions {
  readonly answers: Answers;
  readonly clock: Clock;
  /** What this machine's clock says. */
  readonly wallNow: () => number;
  readonly privateMode: boolean;
  readonly addresses: () => readonly PeerAddress[];
}

const refusal = (code: ErrorCode, detail: string): WireMessage => ({ type: 'error', code, detail });

export function createPublicAnswers(options: PublicAnswersOptions): PublicAnswers {
  const { answers, clock } = options;
  const budget = createTokenBucket(clock, ANSWERS_BEFORE_HELLO_PER_SECOND, 2 * ANSWERS_BEFORE_HELLO_PER_SECOND);
  const time = createTokenBucket(clock, ANSWERING_MS_BEFORE_HELLO_PER_SECOND, ANSWERING_MS_BEFORE_HELLO_BURST);

  function blocks(id: number, from: Height, count: number): WireMessage {
    for (let most = count; ; most = Math.floor(most / 2)) {
      const page: BlocksPage = answers.page(from, Math.max(1, most), MAX_PAGE_BYTES);
      const answer: WireMessage = { type: 'blocks', id, ...page };
      if (fitsLine(encodeLine(answer))) return answer;
      if (most <= 1) return refusal('too_large', `block ${from} does not fit into one line`);
    }
  }

  function answer(message: WireMessage): WireMessage {
    switch (message.type) {
      case 'get_blocks':
        return blocks(message.id, message.from_index, message.count);
      case 'get_block':
        return { type: 'block', id: message.id, block: answers.blockByHash(message.hash) ?? null };
      case 'get_peers':
        return { type: 'peers', id: message.id, peers: options.addresses() };
      case 'ping':
        return { type: 'pong', id: message.id, head: answers.head(), clock: Math.round(options.wallNow()) };
      case 'get_genesis': {
        const genesis: WireMessage = { type: 'genesis', id: message.id, genesis: answers.genesis() };
        if (fitsLine(encodeLine(genesis))) return genesis;
        return refusal('too_large', 'the genesis is longer than a line: copy genesis.json from a node that has it');
      }
      default:
        return refusal('hello_first', `${message.type} is for peers: say hello first`);
    }
  }

  return {
    answerPeer: answer,
    answer(message) {
      if (options.privateMode) return refusal('private', 'this node answers its peers only: say hello first');
      if (!time.tryTake(0) || !budget.tryTake(1)) {
        return refusal('busy', 'too many questions at once: ask again in a second');
      }
      const began = clock.now();
      const answered = answer(message);
      time.take(clock.now() - began);
      return answered;
    },
  };
}
