/** What commands do with the keys of a home that no node runs in, as the audit log of that home tells it. */
import { CliProblem } from '../../client/cli/cli-problem.js';
import type { AuditEntry } from '../audit/audit-entry.js';
import { openAuditLog } from '../audit/audit-log.js';
import { type HomePaths, prepareHome } from '../home/home.js';
import { lockHome } from '../home/home-lock.js';
import type { NodeSigners } from '../home/make-validator.js';

/** @throws SlotledgerError HOME_LOCKED, CliProblem audit_log_failed: then the keys are made, and nothing is to be told */
export function recordKeys(
  paths: HomePaths,
  event: 'keys_made' | 'keys_used',
  { node, validator, vrf }: NodeSigners,
  about: AuditEntry['about'] = {},
): void {
  const onFailure = (sentence: string): never => {
    throw new CliProblem('audit_log_failed', sentence, 'The keys are there. Mend that before they are used.');
  };
  const audit = openAuditLog({ home: paths.home, now: Date.now, onFailure });
  audit.record(event, { node: node.publicKey, validator: validator.publicKey, vrf: vrf.publicKey, ...about });
  audit.close();
}

/** Does what no running node may be beside. */
export function locked<T>(paths: HomePaths, work: () => T): T {
  prepareHome(paths);
  const lock = lockHome(paths.home);
  try {
    return work();
  } finally {
    lock.release();
  }
}
