/** The client SDK: everything a program needs to talk to a node over HTTP. Runs in Node.js and in browsers. */
export type { Block, HashedHeader } from '../ledger/values/block.js';
export type { Signer } from '../ledger/values/crypto.js';
export type { Genesis, Parameters } from '../ledger/values/genesis.js';
export type { Amount, Epoch, Height, Nonce, Slot, View } from '../ledger/values/numbers.js';
export type { Result } from '../ledger/values/result.js';
export type { AccountEntry, EpochEntry, SetMember, Unbonding } from '../ledger/values/state.js';
export type { Address, ChainId, Hash, PublicKey } from '../ledger/values/text.js';
export type {
  Output,
  Stake,
  Transaction,
  TransactionBody,
  TransactionId,
  Transfer,
  Unstake,
  ValidatorKeys,
} from '../ledger/values/transaction.js';
export type { Certificate, Evidence } from '../ledger/values/vote.js';
export {
  type Account,
  accountFromSecret,
  addressOfKey,
  checkAddress,
  idOfTransaction,
  signTransaction,
} from './account.js';
export { formatAmount, formatNumber, parseAmount, plainNumber } from './amounts.js';
export type * from './api-types.js';
export { type ClientCrypto, clientCrypto } from './crypto.js';
export { type Client, type ClientOptions, createClient } from './http/client.js';
export type { EventsOptions } from './http/events.js';
export { ApiProblem, NodeUnreachable } from './http/problem.js';
export { NotFinalYet, type SendOptions, TransactionFailed } from './http/send-and-wait.js';
export { verifyAccountProof } from './light/account-proof.js';
export { type FinalHeader, followEpochs, verifyFinalHeader } from './light/follow-epochs.js';
export { reachEpoch } from './light/reach-epoch.js';
export { type ProvedTransaction, verifyTransactionProof } from './light/transaction-proof.js';
export { type Trust, trustGenesis } from './light/trust.js';
export { keyFromMnemonic, newMnemonic } from './mnemonic.js';
export {
  createWallet,
  type Intent,
  PaidByAnother,
  type Sent,
  type TransactionOptions,
  type Wallet,
  walletOf,
} from './wallet.js';
