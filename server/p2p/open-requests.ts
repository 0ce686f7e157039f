/** What we asked one peer and it has not answered. The one rule: an answer to no question is a breach. */

import type { Clock } from '../replica/ports.js';
import { MAX_UNANSWERED_REQUESTS, REQUEST_EXPIRES_MS } from './limits.js';
import type { WireMessage } from './messages.js';

type Question = 'get_blocks' | 'get_block' | 'get_certificate' | 'get_peers';

const questionOf: { readonly [type: string]: Question | undefined } = {
  blocks: 'get_blocks',
  block: 'get_block',
  certificate_answer: 'get_certificate',
  peers: 'get_peers',
};

export interface OpenRequests {
  /** @returns false if the peer has too many questions open; do not send. */
  onSend(message: WireMessage): boolean;
  /** @returns false for an answer that nobody asked for, true for it and for everything that is no answer. */
  onReceive(message: WireMessage): boolean;
}

export function createOpenRequests(clock: Clock): OpenRequests {
  /** When each was asked, oldest first. */
  const open = new Map<string, number>();

  function hasRoom(): boolean {
    for (const [key, askedAt] of open) {
      if (clock.now() - askedAt < REQUEST_EXPIRES_MS) break;
      open.delete(key);
    }
    return open.size < MAX_UNANSWERED_REQUESTS;
  }

  return {
    onSend(message) {
      switch (message.type) {
        case 'get_blocks':
        case 'get_block':
        case 'get_certificate':
        case 'get_peers':
          if (!hasRoom()) return false;
          open.set(`${message.type} ${message.id}`, clock.now());
          return true;
        default:
          return true;
      }
    },
    onReceive(message) {
      // [6-help] Blocks that nobody asked for have the number 0, which no question has. Whether they help is for the replica to say.
      if (message.type === 'blocks' && message.id === 0) return true;
      const question = questionOf[message.type];
      return question === undefined || ('id' in message && open.delete(`${question} ${message.id}`));
    },
  };
}
