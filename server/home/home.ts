/** Where a node keeps things. The layout is part of what operators rely on: see docs/OPERATING.md. */
import { join } from 'node:path';
import { makeDirectory } from '../../client/keystore/make-directory.js';

export interface HomePaths {
  readonly home: string;
  readonly config: string;
  readonly genesis: string;
  readonly keys: string;
  readonly wallet: string;
  readonly ledger: string;
  readonly mempool: string;
  readonly peers: string;
  readonly bans: string;
  readonly apiKeys: string;
  /** Where backups that were asked for over HTTP are put. */
  readonly backups: string;
}

export function homePaths(home: string): HomePaths {
  return {
    home,
    config: join(home, 'config.toml'),
    genesis: join(home, 'genesis.json'),
    keys: join(home, 'keys'),
    wallet: join(home, 'wallet'),
    ledger: join(home, 'ledger.db'),
    mempool: join(home, 'mempool.db'),
    peers: join(home, 'peers.json'),
    bans: join(home, 'bans.json'),
    apiKeys: join(home, 'api-keys.json'),
    backups: join(home, 'backups'),
  };
}

/** Makes the directories that are missing; keys are nobody else's business. */
export function prepareHome(paths: HomePaths): void {
  makeDirectory(paths.home, 0o700);
  makeDirectory(paths.keys, 0o700);
}
