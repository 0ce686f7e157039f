/** A chain as real validators make it: real genesis, leaders by schedule, VRF proofs and certificates of real votes. */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { assembleCertificate } from '../../../consensus/certificate.js';
import { createSchedule } from '../../../consensus/schedule.js';
import { createVrfProver } from '../../../ledger/crypto/ecvrf.js';
import { draftBlock } from '../../../ledger/draft-block.js';
import { readEpoch } from '../../../ledger/state-keys.js';
import type { VrfProver } from '../../../ledger/values/crypto.js';
import type { Genesis } from '../../../ledger/values/genesis.js';
import { openGenesis } from '../../../ledger/values/genesis-file.js';
import { toSlot, toView, type View } from '../../../ledger/values/numbers.js';
import { voteSigningText } from '../../../ledger/values/signing.js';
import type { PublicKey } from '../../../ledger/values/text.js';
import type { Transaction } from '../../../ledger/values/transaction.js';
import type { Evidence, Vote } from '../../../ledger/values/vote.js';
import { createCrypto } from '../../../server/crypto/create-crypto.js';
import { genesisValidator } from '../../../server/home/make-validator.js';
import type { FinalBlock } from '../../../server/replica/ports.js';
import { createLedgerStore } from '../../../server/storage/ledger-store.js';
import { person, TestChain, testContext } from '../../ledger/test-chain.js';
import { genesisOf } from '../storage/final-chain.js';

const names = ['v1', 'v2', 'v3'];
const crypto = createCrypto();

const provers = new Map<PublicKey, VrfProver>(
  [...names, 'v4'].map((name) => {
    const prover = createVrfProver(createHash('sha256').update(`vrf ${name}`).digest());
    return [prover.publicKey, prover];
  }),
);

function realContext(parameters: Partial<Genesis['parameters']>) {
  const { genesis } = testContext({ balances: { ann: 1_000_000, bob: 1_000_000, v4: 50_000 }, parameters });
  const validators = names.map((name) =>
    genesisValidator(person(name), genesis.name, person(name).address, 1000 as Genesis['validators'][number]['stake']),
  );
  const opened = openGenesis(crypto, { ...genesis, genesis_time: 1_700_000_000_000, validators });
  assert.ok(opened.ok, JSON.stringify(opened));
  const { hash, chain } = opened.value;
  return { genesis: opened.value.genesis, genesisHash: hash, chain, crypto };
}

export class CertifiedChain extends TestChain {
  readonly finals: FinalBlock[] = [];

  constructor(parameters: Partial<Genesis['parameters']> = {}) {
    super({}, realContext(parameters));
  }

  proposerOf(slot: number): PublicKey {
    return createSchedule(crypto, readEpoch(this.state)).leader(toSlot(slot));
  }

  justifyViewOf(): View {
    return this.#viewOf(this.blocks.at(-1)?.slot ?? 0);
  }

  override draft(slot: number, candidates: readonly Transaction[] = [], evidence: readonly Evidence[] = [], round = 0) {
    const epoch = readEpoch(this.state);
    const proposer = this.proposerOf(slot);
    const member = epoch.validators.find(({ key }) => key === proposer)!;
    return draftBlock({
      context: this.context,
      state: this.state,
      parent: this.parent,
      slot: toSlot(slot),
      round,
      justifyView: this.justifyViewOf(),
      proposer,
      vrfProof: (alpha) => provers.get(member.vrf_key)!.prove(alpha),
      candidates,
      evidence,
    });
  }

  #viewOf(slot: number) {
    return toView(slot * this.context.genesis.parameters.rounds_per_slot);
  }

  /** Adds a block. @param certified false: only a later block's certificate covers it, unless it closes its epoch. */
  final(slot: number, transactions: readonly Transaction[], evidence: readonly Evidence[] = [], certified = true) {
    const set = readEpoch(this.state);
    const { block, executed } = this.add(slot, transactions, evidence);
    const votes = set.validators.map(({ key }): Vote => {
      const { validator } = [...names, 'v4'].map(person).find((one) => one.validator.publicKey === key)!;
      const body = {
        chain: this.context.chain,
        epoch: block.epoch,
        view: this.#viewOf(slot),
        block: block.hash,
        phase: 'commit' as const,
        justify_view: toView(0),
      };
      return { ...body, validator: key, signature: validator.sign(voteSigningText(body)) };
    });
    const { changes, receipts } = executed;
    const one = { block, changes, receipts };
    this.finals.push(
      certified || executed.epochChanged ? { ...one, certificate: assembleCertificate(set, votes) } : one,
    );
  }

  /** Writes the chain as a node does, one append for each certificate. */
  async write(path: string): Promise<void> {
    const failed = (error: Error): never => {
      throw error;
    };
    const store = createLedgerStore({ path, worker: false, genesis: genesisOf(this), onFailure: failed });
    let waiting: FinalBlock[] = [];
    for (const final of this.finals) {
      waiting.push(final);
      if (final.certificate === undefined) continue;
      store.append(waiting, () => {});
      waiting = [];
    }
    await store.close();
  }
}

/** Payments on two lanes, stake that comes and goes, evidence and several epochs: something in every table. */
export function busyCertifiedChain(blocks: number): CertifiedChain {
  const chain = new CertifiedChain();
  for (let i = 1; i <= blocks; i += 1) {
    const transactions = [
      chain.pay('ann', `friend ${i % 7}`, 10 + i),
      chain.pay('bob', i % 3 === 0 ? 'bob' : 'ann', 5, i % 2 === 0 ? {} : { lane: 1 }),
    ];
    if (i === 3) transactions.push(chain.stake('v4', 1000));
    if (i === 20) transactions.push(chain.unstake('v4', 300));
    const evidence = i === 6 ? [chain.doubleVote('v3', 1)] : [];
    chain.final(i * 2, transactions, evidence, i % 3 === 0 || i === blocks);
  }
  return chain;
}
