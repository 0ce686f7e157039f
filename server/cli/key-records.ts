/** What commands do with the keys of a home that no node runs in, as the audit log of that home tells it. */
import { CliProblem } from '../../client/cli/cli-problem.js';
import type { AuditEntry } from '../audit/audit-entry.js';
import { openAuditLog } from '../audit/audit-log.js';
import { type HomePaths, prepareHome } from '../home/home.js';
import { type HomeLock, lockHome } from '../home/home-lock.js';
import type { NodePublicKeys } from '../home/make-validator.js';
import { serverFailure } from './server-failure.js';

/**
 * @param fix said where the log cannot be written
 * @throws SlotledgerError AUDIT_LOG_FAILED, CliProblem audit_log_failed
 */
export function recordKeys(
  paths: HomePaths,
  event: 'keys_made' | 'keys_used' | 'keys_sealed' | 'keys_unsealed',
  keys: Partial<NodePublicKeys>,
  about: AuditEntry['about'] = {},
  fix = 'The keys are there. Mend that before they are used.',
): void {
  const onFailure = (sentence: string): never => {
    throw new CliProblem('audit_log_failed', sentence, fix);
  };
  const audit = openAuditLog({ home: paths.home, now: Date.now, onFailure });
  audit.record(event, { ...keys, ...about });
  audit.close();
}

/** For `makeValidatorKeys`: a key that comes without a word in the log would be worse than a word about one that did not. */
export const recordMade =
  (paths: HomePaths) =>
  (keys: NodePublicKeys): void =>
    recordKeys(paths, 'keys_made', keys, {}, 'Nothing was made. Mend that and try again.');

/** Does what no running node may be beside. @throws CliProblem also for what a SlotledgerError says */
export async function locked<T>(paths: HomePaths, work: () => T | Promise<T>): Promise<T> {
  let lock: HomeLock | undefined;
  try {
    prepareHome(paths);
    lock = lockHome(paths.home);
    return await work();
  } catch (error) {
    throw serverFailure(error);
  } finally {
    lock?.release();
  }
}
