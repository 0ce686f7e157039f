/** Whether this process may read and write what stands in a home. One rule: that is found out before anything is opened. */
import { accessSync, constants } from 'node:fs';
import { join } from 'node:path';
import { nodeKeyFileName } from '../../client/keystore/node-key.js';
import { SlotledgerError } from '../errors.js';
import { voteStateFileName } from '../storage/vote-state-file.js';
import type { HomePaths } from './home.js';
import { keyKinds } from './key-files.js';

const { R_OK, W_OK, X_OK } = constants;

/** What a node needs; what is not there is made. @throws SlotledgerError NO_PERMISSION, naming the first that it may not */
export function checkHomeAccess(paths: HomePaths): void {
  mayWriteIn(paths.home);
  for (const database of [paths.ledger, paths.mempool]) {
    for (const end of ['', '-wal', '-shm']) mayWrite(database + end);
  }
  may(paths.genesis, R_OK, 'read');
  may(paths.keys, R_OK | X_OK, 'read');
  for (const kind of keyKinds) may(join(paths.keys, nodeKeyFileName(kind)), R_OK, 'read');
  const voteState = join(paths.keys, voteStateFileName);
  // It is written anew now and then, beside the old one. Without a vote state nothing is written beside the keys.
  if (mayWrite(voteState)) mayWriteIn(paths.keys);
}

/** A directory. @throws SlotledgerError NO_PERMISSION */
export const mayWriteIn = (path: string): boolean => may(path, R_OK | W_OK | X_OK, 'write in');

/** @returns whether it is there. @throws SlotledgerError NO_PERMISSION */
export const mayWrite = (path: string): boolean => may(path, R_OK | W_OK, 'write');

function may(path: string, mode: number, doing: string): boolean {
  try {
    accessSync(path, mode);
    return true;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') return false;
    if (code === 'EROFS') {
      const fix = 'Mount it for writing, or name another --home.';
      throw new SlotledgerError('NO_PERMISSION', `${path} is on a file system that is mounted for reading only.`, fix);
    }
    throw new SlotledgerError(
      'NO_PERMISSION',
      `This user may not ${doing} ${path}${code === 'EACCES' || code === 'EPERM' ? '' : ` (${code})`}.`,
      `Look at its owner and permissions with \`ls -ld ${path}\`; a home belongs to the user that its node runs as.`,
    );
  }
}
