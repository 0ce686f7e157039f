/** The schema of ledger.db, step by step; a step that was released is never edited. */
import type { Migration } from '../open-database.js';
import { ledgerSchema001 } from './001-ledger.js';
import { ledgerSchema002 } from './002-accounts-in-order.js';
import { ledgerSchema003 } from './003-append-only-history.js';

export const ledgerMigrations: readonly Migration[] = [ledgerSchema001, ledgerSchema002, ledgerSchema003];
