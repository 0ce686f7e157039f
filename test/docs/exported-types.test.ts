/** A library that is built on this one, with declarations of its own, can name every type that it is given. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { compile } from './snippets.js';

const program = `
import { Server, SlotledgerError, type NetworkConfig, type ServerEvents, type ServerOptions } from 'slotledger';
import * as client from 'slotledger/client';
import { createTestnet } from 'slotledger/testing';

export const server = new Server({ http: false });
export const { api } = server;
export const status = () => server.api?.status();
export const peers = () => server.getConnectedPeers();
export const submit = (transaction: unknown) => server.submitTransaction(transaction);
export const evidence = (events: ServerEvents) => events.evidence[0];
export const options = (given: ServerOptions) =>
  [given.genesis, given.httpTls, given.checkpoint, given.httpAnonymous, given.genesisHash] as const;
export const allowed = (given: NetworkConfig) => given.allow;
export const isOurs = (error: unknown) => error instanceof SlotledgerError && [error.code, error.fix];

export const node = client.createClient({ url: 'http://127.0.0.1:8080' });
export const answers = () =>
  Promise.all([
    node.status(), node.limits(), node.genesis(), node.block('latest'), node.blocks(), node.accounts(), node.epoch('current'),
    node.evidence(), node.supply(), node.peers(), node.mempool(), node.ready(), node.pendingTransactions(),
  ]);
export const parametersOf = async () => (await node.limits()).parameters;
export const events = () => node.events();
export const crypto = client.clientCrypto;
export const trust = client.trustGenesis(crypto, {});
export const light = [client.followEpochs, client.reachEpoch, client.verifyAccountProof, client.verifyFinalHeader] as const;
export const signer = (account: client.Account) => account.signer;
export const keysOf = (intent: client.Intent) => (intent.type === 'stake' ? intent.validator : undefined);
export const staking = (given: client.Transaction) => (given.type === 'stake' ? given : undefined);
export const transfer = (given: client.Transaction) => (given.type === 'transfer' ? given : undefined);
export const unstaking = (given: client.Transaction) => (given.type === 'unstake' ? given : undefined);
export const members = (epoch: client.EpochEntry) => epoch.validators;
export const unbonding = (answer: client.AccountAnswer) => answer.unbonding;
export const proved = (answer: client.EvidenceItem) => answer.evidence;
export const wallet = client.walletOf;
export const idOf = client.idOfTransaction;
export const net = createTestnet();
`;

test('every type that is exported is made of types that are', () => {
  const { said } = compile('exported-types', new Map([['library', program]]), ['--declaration']);
  assert.equal(said, '');
});
