/** What an administrator may do to a running node over HTTP. Its one rule: nothing here takes or gives a path. */
import type { FinalTip } from '../../ledger/values/state.js';
import type { PublicKey } from '../../ledger/values/text.js';
import type { LogLevel } from '../server-options.js';

export interface BanSummary {
  readonly node_id: PublicKey;
  /** Unix ms. */
  readonly until: number;
  readonly reason: string;
}

export interface BackupSummary {
  readonly tip: FinalTip;
  readonly bytes: number;
}

export interface NodeAdmin {
  /** Absent: the node has no peers. */
  readonly peers?: {
    /** Dials `host:port` now, and again whenever the connection is lost, until the node stops. */
    connect(address: string): void;
    bans(): readonly BanSummary[];
    /** @param forMs default an hour */
    ban(node: PublicKey, reason: string, forMs?: number): BanSummary;
    /** @returns whether it was banned. */
    liftBan(node: PublicKey): boolean;
  };
  /**
   * Copies the ledger into the home, under `backups/<name>.db`. One at a time.
   * @param name letters, digits, `-` and `_`
   * @returns 'exists' or 'busy' if nothing was done; 'failed' if the disk failed, and the log says how
   */
  backup(name: string): Promise<BackupSummary | 'exists' | 'busy' | 'failed'>;
  logLevel(): LogLevel;
  setLogLevel(level: LogLevel): void;
}
