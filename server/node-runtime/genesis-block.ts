/** Block 0 stands in no table: it follows from genesis. This puts it in front of a ledger store. */
import type { Block } from '../../ledger/values/block.js';
import { genesisCertificate } from '../../ledger/values/genesis-file.js';
import { toHeight } from '../../ledger/values/numbers.js';
import type { BlocksPage, LedgerStore } from '../replica/ports.js';

const nothing: BlocksPage = { blocks: [], finality: [] };

export function withGenesisBlock<Store extends LedgerStore>(store: Store, genesis: Block): Store {
  /** From block 0 on, genesis comes first; its certificate is needed only where nothing else is certified. */
  function fromGenesis(count: number, maxBytes: number): BlocksPage {
    const { blocks, finality } = count > 1 ? store.page(toHeight(1), count - 1, maxBytes) : nothing;
    return {
      blocks: [genesis, ...blocks],
      finality: blocks.length > 0 ? finality : [genesisCertificate(genesis.hash)],
    };
  }
  return {
    ...store,
    page: (from, count, maxBytes) => (from === 0 ? fromGenesis(count, maxBytes) : store.page(from, count, maxBytes)),
    header: (index) => (index === 0 ? genesis : store.header(index)),
    blockByIndex: (index) => (index === 0 ? genesis : store.blockByIndex(index)),
    blockByHash: (hash) => (hash === genesis.hash ? genesis : store.blockByHash(hash)),
    certificate: (hash) => (hash === genesis.hash ? genesisCertificate(hash) : store.certificate(hash)),
  };
}
