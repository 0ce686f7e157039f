/**
 * Whether this node knows how far the chain is. One rule: it does where validators with more than a third of the stake, itself
 * among them, have no more than it has, for without one of them nothing more is final; or where its last block is of just now.
 * What other peers say is hearsay.
 */
import type { SetMember } from '../../ledger/values/state.js';
import type { PublicKey } from '../../ledger/values/text.js';
import type { Head } from '../replica/ports.js';
import { slotsUntilOld } from '../replica/replica-limits.js';
import { isOverThird, stakeOf, stakesOf } from './clock-check.js';
import { steadyNow } from './system-clock.js';

export interface Hearing {
  /**
   * `alone`: validators are elsewhere, or bootstrap peers named, and no peer is connected. `unheard`: there are peers, for less than
   * ten seconds. `split`: as `hearsay`, and bootstrap peers speak another version of the protocol.
   */
  readonly kind: 'heard' | 'hearsay' | 'alone' | 'unheard' | 'split';
  /** What is not known and why, for people; of `alone` and `heard` none. */
  readonly because?: string;
}

interface HeardPeer {
  /** The validator key that it proved to hold. */
  readonly validator?: PublicKey;
  readonly head: Head;
  /** By the steady clock, in ms. */
  readonly connectedAt: number;
}

export interface HearingParts {
  readonly slotNow: () => number;
  readonly tip: () => { readonly index: number; readonly slot: number };
  readonly validators: () => readonly SetMember[];
  readonly ownKey: PublicKey | undefined;
  readonly peers: () => readonly HeardPeer[];
  readonly hasBootstrap: boolean;
  readonly meetsOtherVersion: () => boolean;
  /** Starting value: the steady clock. */
  readonly now?: () => number;
}

/** The first peer may be behind itself, and those that are not come a moment later. */
const patienceMs = 10_000;

const unheard = 'It has not heard yet from validators with more than a third of the stake how far the chain is.';
const split =
  'Bootstrap peers speak another version of the protocol, and the validators that it can hear hold no more than a third of the stake: the chain may have gone on without them.';
const hearsay =
  'Its peers have no later final block, but they are not validators with more than a third of the stake, and its last block is not of just now: there may be later ones.';

/** Not where peers have been listened to for a while, and only hearsay is to be had: of an idle chain there may be nothing else. */
export const mayBeBehind = ({ kind }: Hearing): boolean => kind === 'alone' || kind === 'unheard' || kind === 'split';

export function createHearing(parts: HearingParts) {
  const { ownKey, now = steadyNow } = parts;

  function isByThird(keys: readonly (PublicKey | undefined)[]): boolean {
    const of = stakesOf(parts.validators());
    const known = keys.filter((key) => key !== undefined);
    return isOverThird(stakeOf(known, of), of);
  }

  const saying = (says: (head: Head) => boolean): readonly (PublicKey | undefined)[] =>
    parts
      .peers()
      .filter(({ head }) => says(head))
      .map(({ validator }) => validator);

  function isHeard(): boolean {
    const { index, slot } = parts.tip();
    if (slot + slotsUntilOld >= parts.slotNow()) return true;
    return isByThird([ownKey, ...saying(({ final_index }) => final_index <= index)]);
  }

  return {
    /** By peers that proved to be validators with more than a third of the stake. */
    isSaidByThird: (says: (head: Head) => boolean): boolean => isByThird(saying(says)),
    now(): Hearing {
      const peers = parts.peers();
      if (peers.length === 0) {
        const expectsPeers = parts.hasBootstrap || parts.validators().some(({ key }) => key !== ownKey);
        return { kind: expectsPeers ? 'alone' : 'heard' };
      }
      if (isHeard()) return { kind: 'heard' };
      if (parts.meetsOtherVersion()) return { kind: 'split', because: split };
      const since = Math.min(...peers.map(({ connectedAt }) => connectedAt));
      return now() - since < patienceMs ? { kind: 'unheard', because: unheard } : { kind: 'hearsay', because: hearsay };
    },
  };
}
