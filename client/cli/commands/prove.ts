/**
 * `wallet prove WHAT`: one JSON document that shows what an account holds, or that a transaction is final, to anybody who
 * has the genesis file: with the closing blocks in between, so that no node is needed to check it.
 */
import type { EpochEntry } from '../../../ledger/values/state.js';
import { isHashText } from '../../../ledger/values/text-forms.js';
import type { TransactionId } from '../../../ledger/values/transaction.js';
import type { EpochLink } from '../../api-types.js';
import { clientCrypto } from '../../crypto.js';
import { verifyAccountProof } from '../../light/account-proof.js';
import { reachEpoch } from '../../light/reach-epoch.js';
import { verifyTransactionProof } from '../../light/transaction-proof.js';
import { trustGenesis } from '../../light/trust.js';
import { CliProblem, usageProblem } from '../cli-problem.js';
import type { Context } from '../context.js';
import { resolveAccount } from '../names.js';
import { epochFrom, maxProofBytes } from './verify-proof.js';

export interface ProveOptions {
  readonly after?: string;
}

export async function prove(context: Context, what: string, { after }: ProveOptions): Promise<void> {
  const { client } = context;
  const { chain } = await context.chain();
  const first = await firstSet(context, after);
  const address = isHashText(what) ? undefined : (await resolveAccount(context, what)).address;
  const proof =
    address === undefined ? await client.transactionProof(what as TransactionId) : await client.accountProof(address);
  const { epoch, index } = proof.header;
  if (index === 0) {
    throw usageProblem(
      `No block but genesis is final on ${chain}, and what accounts hold then stands in its genesis file.`,
      'Ask for a proof after the first payment.',
    );
  }
  if (epoch < first.number) {
    throw usageProblem(
      `What is to be proved is of epoch ${epoch}, before epoch ${first.number}.`,
      `Leave --after out, or begin with an epoch up to ${epoch}.`,
    );
  }
  const links: EpochLink[] = [];
  const keep = (link: EpochLink): void => void links.push(link);
  const set = await reachEpoch(clientCrypto, chain, first, client, epoch, undefined, keep);
  if (!set.ok) throw untrue(client.url, set.problem);
  const holds =
    'transaction' in proof
      ? verifyTransactionProof(clientCrypto, chain, set.value, proof)
      : verifyAccountProof(clientCrypto, chain, set.value, address!, proof);
  if (!holds.ok) throw untrue(client.url, holds.problem);
  const text = JSON.stringify({ ...proof, links });
  if (Buffer.byteLength(text) > maxProofBytes) {
    throw usageProblem(
      `The way from epoch ${first.number} has ${links.length} closing blocks, more than \`wallet verify\` reads.`,
      'Begin later, with --after EPOCH; who checks the proof then needs the validators of that epoch.',
    );
  }
  context.terminal.result({ ...proof, links }, () => text);
  const trust = first.number === 0 ? '--genesis genesis.json' : `--epoch EPOCH_${first.number}.json`;
  const account = address === undefined ? '' : ` --account ${address}`;
  context.terminal.note(`Save it; anybody checks it with: wallet verify FILE${account} ${trust}`);
}

/** Where the way begins, as the node says: who checks the proof begins with what he trusts himself. */
async function firstSet(context: Context, after: string | undefined): Promise<EpochEntry> {
  const { client } = context;
  if (after !== undefined) {
    if (!/^(0|[1-9][0-9]{0,14})$/.test(after)) throw usageProblem(`--after ${after} is no epoch.`, 'Write a number.');
    const set = epochFrom(await client.epoch(Number(after)));
    if (set !== undefined) return set;
    throw untrue(client.url, `Epoch ${after} has no such set.`);
  }
  const trust = trustGenesis(clientCrypto, await client.genesis());
  if (!trust.ok) throw untrue(client.url, trust.problem);
  if (trust.value.chain === (await context.chain()).chain) return trust.value.epoch;
  throw untrue(client.url, 'Its genesis is of another chain.');
}

const untrue = (url: string, problem: string): CliProblem =>
  new CliProblem('invalid', `What the node at ${url} tells is no proof. ${problem}`, 'Ask another node with --node.');
