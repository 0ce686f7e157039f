/** Block 0 stands in no table: it follows from genesis. This puts it in front of a ledger store. */
import type { Block } from '../../ledger/values/block.js';
import { genesisCertificate } from '../../ledger/values/genesis-file.js';
import type { LedgerStore } from '../replica/ports.js';

export function withGenesisBlock<Store extends LedgerStore>(store: Store, genesis: Block): Store {
  return {
    ...store,
    blockByIndex: (index) => (index === 0 ? genesis : store.blockByIndex(index)),
    blockByHash: (hash) => (hash === genesis.hash ? genesis : store.blockByHash(hash)),
    certificate: (hash) => (hash === genesis.hash ? genesisCertificate(hash) : store.certificate(hash)),
  };
}
