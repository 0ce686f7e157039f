/**
 * What the log says of a chain that stands still while something waits: after ten seconds, again every ten minutes, and
 * when it is over. A slot whose leader is down is soon made up for and is no news.
 */
import type { Logger } from 'pino';
import type { ReplicaStatus } from '../replica/replica-interface.js';

const afterMs = 10_000;
const againMs = 600_000;

export interface StallLog {
  /**
   * To be called once a slot. That a node fetches blocks is no news, nor that senders leave gaps in their nonces, which is
   * theirs to mend; of its clock the log speaks elsewhere.
   */
  look(status: Pick<ReplicaStatus, 'notFinalBecause' | 'pending' | 'sync' | 'clockSuspect' | 'onlyGaps'>): void;
}

/** @param now in ms; never set back */
export function createStallLog(log: Pick<Logger, 'warn' | 'info'>, now: () => number): StallLog {
  let begunAt: number | undefined;
  let toldAt: number | undefined;
  return {
    look({ notFinalBecause, pending, sync, clockSuspect, onlyGaps }) {
      if (notFinalBecause === undefined || clockSuspect || onlyGaps || sync.state === 'syncing') {
        if (toldAt !== undefined) log.info('what waited becomes final, or waits no longer');
        begunAt = undefined;
        toldAt = undefined;
        return;
      }
      begunAt ??= now();
      if (now() < (toldAt === undefined ? begunAt + afterMs : toldAt + againMs)) return;
      toldAt = now();
      log.warn({ pending }, notFinalBecause);
    },
  };
}
