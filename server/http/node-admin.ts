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

/** What an administrator asks for. */
export interface AdminCall {
  /** Name of the API key. */
  readonly key: string;
  /** Method and path template. */
  readonly call: string;
  /** Parameters and body. */
  readonly asked: { readonly [name: string]: unknown };
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
  /** Into the audit log, before it is done. @returns false: it could not be recorded, so it must not be done */
  recordCall(call: AdminCall): boolean;
  /** Somebody without the right asked. */
  noteRefusal(refused: { readonly from: string; readonly call: string; readonly code: string }): void;
  logLevel(): LogLevel;
  setLogLevel(level: LogLevel): void;
}
