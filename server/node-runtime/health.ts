/** What keeps a node from being of use, in sentences that anybody may read: they name no file and no address. */
import type { NodeApi } from '../http/node-api.js';
import type { Hearing } from './hearing.js';

export interface HealthParts {
  /** Why the node stops. Of no use to strangers: it names files. */
  readonly failure: () => string | undefined;
  /** What is wrong with its clock, or that another signs with its key. */
  readonly clockFault: () => string | undefined;
  /** The block of `--checkpoint` that is still to come. */
  readonly missingCheckpoint: () => number | undefined;
  readonly isSyncing: () => boolean;
  readonly hearing: () => Hearing;
  /** Why bootstrap addresses lead to no peer. */
  readonly bootstrapTrouble: () => readonly string[];
}

export function createHealth(parts: HealthParts): NodeApi['health'] {
  return () => {
    const clock = parts.clockFault();
    const checkpoint = parts.missingCheckpoint();
    const { kind, because } = parts.hearing();
    return {
      ...(parts.failure() === undefined ? {} : { database: 'The node stops; its log says why.' }),
      ...(clock === undefined ? {} : { clock }),
      ...(kind === 'unheard' || kind === 'split' ? { sync: because } : {}),
      ...(checkpoint === undefined ? {} : { sync: `It has not reached block ${checkpoint} of --checkpoint yet.` }),
      ...(parts.isSyncing() ? { sync: 'It still fetches final blocks from its peers.' } : {}),
      ...(kind === 'alone' ? { peers: aloneText(parts.bootstrapTrouble()) } : {}),
    };
  };
}

const aloneText = (trouble: readonly string[]): string =>
  trouble.length === 0
    ? 'No peer is connected.'
    : `No peer is connected. Bootstrap addresses, which the log names, lead to none: ${trouble.join('; ')}.`;
