/** The checkers by themselves: what they forgive, and that they do not forgive its like. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { maxProposalsPerValidator, maxVotesPerValidator } from '../../consensus/config.js';
import { createConsensus } from '../../consensus/consensus.js';
import type { TransactionId } from '../../ledger/values/transaction.js';
import type { Evidence } from '../../ledger/values/vote.js';
import type { ReplicaMessage } from '../../server/replica/ports.js';
import { createAcceptedBook, type Fate } from '../../server/simulator/checkers/accepted.js';
import { createEvidenceBook } from '../../server/simulator/checkers/evidence.js';
import { createReadableCheck } from '../../server/simulator/checkers/readable.js';
import { startLoad } from '../../server/simulator/load.js';
import { createPurse, customerOf } from '../../server/simulator/simulated-chain.js';
import { createSimulation } from '../../server/simulator/simulation.js';
import { awaitFinality } from './healing.js';
import { runSeed } from './run.js';

test('what a node said that it dropped is not owed after a restart; what it merely forgot is', () => {
  for (const fate of ['dropped', 'waiting'] satisfies Fate[]) {
    const book = createAcceptedBook();
    book.accepted(1, 10, '0x1' as TransactionId, { from: 'sl1', nonce: 0 } as never);
    book.processEnded(2, () => 'dropped');
    book.processEnded(1, () => fate);
    const check = (): void => book.check(90, { get: () => undefined }, () => 'unknown');
    if (fate === 'dropped') check();
    else assert.throws(check, { rule: 'accepted means kept' });
  }
});

test('[5-proposals-kept] two proposals are owed as long as the liar did not sign more than a node remembers', () => {
  for (const others of [0, maxProposalsPerValidator - 1, maxProposalsPerValidator]) {
    const book = createEvidenceBook(
      () => true,
      () => 0,
    );
    const hear = (view: number, block: string): void =>
      book.heard(0, 0, 1, 1, { type: 'new_block', proposal: { epoch: 0, view, block, validator: '0x1' } } as never);
    hear(0, '0xa');
    for (let view = 1; view <= others; view++) hear(view, '0xa');
    hear(0, '0xb');
    assert.equal(book.counts.owed, others < maxProposalsPerValidator ? 1 : 0, `${others} others`);
  }
});

test('[5-votes-kept] two votes are owed as long as the liar signed no more of later views than a node remembers', () => {
  const owedAfter = (views: readonly number[], slot = 0): number => {
    const book = createEvidenceBook(
      () => true,
      (view) => (view === 50_000 ? 1 : 0),
    );
    const hear = (view: number, block: string): void => {
      const vote = { epoch: 0, view, phase: 'prepare', block, validator: '0x1', justify_view: view };
      book.heard(0, 0, slot, 1, { type: 'vote', vote } as never);
    };
    hear(50_000, '0xa');
    for (const view of views) hear(view, '0xa');
    hear(50_000, '0xb');
    return book.counts.owed;
  };
  const many = (from: number, count: number) => Array.from({ length: count }, (_, i) => from + i);
  assert.equal(owedAfter(many(60_000, maxVotesPerValidator - 1), 1), 1);
  assert.equal(owedAfter(many(60_000, maxVotesPerValidator), 1), 0);
  assert.equal(owedAfter(many(1, 1_000), 1), 1, 'earlier ones push nothing out');
  assert.equal(owedAfter(many(1, 1_000)), 0, 'of a slot to come it is the first to go');
  assert.equal(owedAfter(many(1, maxVotesPerValidator - 1)), 1);
});

test('[7-whole] what no other node could read is a violation: a member more, another number, a block with more proofs than it may carry', () => {
  const heard: ReplicaMessage[] = [];
  const watch = { broadcast: (_: number, message: ReplicaMessage) => void heard.push(message), stored: () => {} };
  const simulation = createSimulation({ seed: 3, stakes: [10, 10, 10, 10], watch });
  startLoad(simulation, 100);
  simulation.run(3_000);
  const check = createReadableCheck(simulation.chain.context);
  const rule = 'what is said can be read';
  const proposed = heard.find((message) => message.type === 'new_block' && message.block.transactions.length > 0);
  const voted = heard.find(({ type }) => type === 'vote');
  assert.ok(proposed?.type === 'new_block' && voted?.type === 'vote');
  const { block, proposal } = proposed;
  const { vote } = voted;
  const other = { ...vote, block: simulation.chain.context.genesisHash };
  const evidence = Array.from({ length: 17 }, () => ({ kind: 'double_vote', first: vote, second: other }) as Evidence);
  const said = (message: object): void => check.sent(2, proposal.validator, message as ReplicaMessage);
  for (const message of heard) said(message);
  said({ ...proposed, block: { ...block, evidence: evidence.slice(1) } });
  assert.throws(() => said({ ...proposed, block: { ...block, evidence } }), {
    rule,
    message: /node 2 sends new_block: .*evidence/,
  });
  assert.throws(() => said({ type: 'vote', vote: { ...vote, weight: 1 } }), { rule, message: /weight/ });
  assert.throws(() => said({ type: 'vote', vote: { ...vote, view: -1 } }), { rule, message: /view/ });
  const long = Array.from({ length: 2_000 }, () => block.transactions[0]!);
  said({ type: 'transactions', transactions: long.slice(0, 900) });
  assert.throws(() => said({ ...proposed, block: { ...block, transactions: long } }), {
    rule,
    message: /longer than a line/,
  });
});

test('finality is owed within two terms of what an honest node holds, and of what a Byzantine one keeps to itself to nobody', () => {
  const sentences = [0, 1].map((handedTo) => {
    const simulation = createSimulation({
      seed: 5,
      stakes: [10, 10, 10, 10],
      actors: new Map([[0, () => ({ outgoing: () => [], incoming: () => true })]]),
      // Cores that say nothing: whatever there is to do, it does not become final.
      newCore: () => (config, recovered) => {
        const core = createConsensus(config, recovered);
        return {
          ...core,
          step: (input) => core.step(input).filter(({ type }) => type !== 'send' && type !== 'broadcast'),
        };
      },
    });
    simulation.run(1_000);
    const payment = createPurse(simulation.chain, 'customer', 0).pay(customerOf(1), 5);
    simulation.submit(simulation.nodes[handedTo]!, payment);
    try {
      awaitFinality(simulation);
    } catch (error) {
      return (error as Error).message.split('\n')[0];
    }
    return 'something became final';
  });
  assert.deepEqual(sentences, [
    'finality resumes: nothing became final within 60 slots of healing',
    'finality resumes: nothing is final at the end of the second term that is led well',
  ]);
});

test('a run in which only a Byzantine node was handed payments for two terms after the healing breaks no rule', () => {
  // The node buried a block and says nothing since, so nobody else ever heard of them.
  const report = runSeed({ seed: 50_056, chaosMs: 20_000, slotMs: 1_000, nodes: 4 });
  assert.equal(report.verdict, 'ok', report.violation);
  assert.ok(report.roles.includes('body burier'));
});
