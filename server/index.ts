/** What programs import from `slotledger`, with every type that it speaks of. */
export type { Block, HashedHeader } from '../ledger/values/block.js';
export type { Genesis } from '../ledger/values/genesis.js';
export type { Address, ChainId, Hash, PublicKey } from '../ledger/values/text.js';
export type { Transaction, TransactionId } from '../ledger/values/transaction.js';
export type { Certificate, Evidence } from '../ledger/values/vote.js';
export { SlotledgerError } from './errors.js';
export type { Anonymous } from './http/access.js';
export type {
  NodeApi,
  NodeEvents,
  NodeStatus,
  PeerSummary,
  SubmitOutcome,
  TransactionStatus,
} from './http/node-api.js';
export type { TlsFiles } from './http/tls-files.js';
export type { Checkpoint } from './replica/checkpoint.js';
export { Server, type ServerEvents } from './server.js';
export type { LogLevel, NetworkConfig, ServerOptions } from './server-options.js';
