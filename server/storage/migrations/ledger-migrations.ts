/** The schema of ledger.db, step by step; a step that was released is never edited. */
import { ledgerSchema001 } from './001-ledger.js';
import { ledgerSchema002 } from './002-accounts-in-order.js';

export const ledgerMigrations: readonly string[] = [ledgerSchema001, ledgerSchema002];
