/** What administrators do to this node, behind the routes of /v1/admin. One rule: one backup at a time, in the home. */
import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import type { Logger } from 'pino';
import type { AuditLog } from '../audit/audit-log.js';
import type { HomePaths } from '../home/home.js';
import type { BackupSummary, BanSummary, NodeAdmin } from '../http/node-admin.js';
import type { Ban } from '../p2p/ban-list.js';
import type { PeerNetwork } from '../p2p/peer-network.js';
import type { LogLevel } from '../server-options.js';
import { removeLeftBehind } from '../storage/unfinished-copies.js';

export interface NodeAdminParts {
  readonly paths: HomePaths;
  readonly peers: PeerNetwork | undefined;
  readonly audit: AuditLog;
  readonly log: Logger;
}

export function createNodeAdmin({ paths, peers, audit, log }: NodeAdminParts): NodeAdmin {
  let backingUp = false;

  return {
    ...(peers === undefined
      ? {}
      : {
          peers: {
            connect: (address) => peers.connect(address),
            bans: () => peers.bans().map(summary),
            ban: (node, reason, forMs) => summary(peers.ban(node, reason, forMs)),
            liftBan: (node) => peers.liftBan(node),
          },
        }),
    async backup(name) {
      const file = join(paths.backups, `${name}.db`);
      if (backingUp) return 'busy';
      if (existsSync(file)) return 'exists';
      backingUp = true;
      try {
        mkdirSync(paths.backups, { recursive: true, mode: 0o700 });
        // Each backup has a name of its own, so that nobody else comes upon what a killed one left.
        removeLeftBehind(paths.backups);
        const made = await copyOnThread(paths.ledger, file);
        log.info({ name, index: made.tip.index, bytes: made.bytes }, 'the ledger is backed up');
        return made;
      } catch (error) {
        log.error({ err: error, name }, 'the ledger could not be backed up');
        return 'failed';
      } finally {
        backingUp = false;
      }
    },
    recordCall: (call) => audit.record('admin_call', { ...call }),
    noteRefusal: (refused) => audit.note('admin_refused', refused),
    logLevel: () => log.level as LogLevel,
    setLogLevel(level) {
      log.level = level;
    },
  };
}

const summary = ({ node, until, reason }: Ban): BanSummary => ({ node_id: node, until, reason });

function copyOnThread(ledger: string, file: string): Promise<BackupSummary> {
  return new Promise((resolve, reject) => {
    const thread = new Worker(new URL('../storage/backup-ledger.worker.js', import.meta.url), {
      workerData: { ledger, file },
      execArgv: [],
    });
    thread.once('message', resolve);
    thread.once('error', reject);
    thread.once('exit', () => reject(new Error('the thread that copies the ledger ended')));
  });
}
