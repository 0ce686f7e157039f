/**
 * Four validators as real processes, three of them honest throughout. The fourth has little stake, so that the slots
 * in which the fuzzer leads, and may waste its term, seldom follow each other.
 */
import { randomBytes } from 'node:crypto';
import { type Account, addressOfKey } from '../../client/account.js';
import { walletOf } from '../../client/wallet.js';
import { createVrfProver } from '../../ledger/crypto/ecvrf.js';
import { toAmount } from '../../ledger/values/numbers.js';
import type { ChainId, Hash } from '../../ledger/values/text.js';
import { createCrypto, createSigner } from '../../server/crypto/create-crypto.js';
import { homePaths } from '../../server/home/home.js';
import { openKeys } from '../../server/node-runtime/keys.js';
import { freePort } from '../free-ports.js';
import { hangGuardMs } from '../hang-guard.js';
import { type Homes, makeHomes } from '../network/homes.js';
import { createNodeProcess, type NodeProcess } from '../network/node-process.js';
import { dialling } from '../network/process-network.js';
import type { Hand } from './forge.js';
import { createHeard } from './heard.js';
import { createPledges, type Pledges } from './pledges.js';

export interface Stage {
  readonly homes: Homes;
  readonly chain: ChainId;
  readonly slotMs: number;
  readonly honest: readonly NodeProcess[];
  /** Its process runs while the fuzzer is a stranger. */
  readonly fourth: NodeProcess;
  readonly pledges: Pledges;
  /** What the fuzzer is dealt: the fourth validator's keys, or keys that nobody knows. */
  hand(holdsKey: boolean): Hand;
  /** Slots that the fourth validator leads, as far as seen. */
  isOwnSlot(slot: number): boolean;
  slotAt(time: number): number;
  stop(): Promise<void>;
}

const stakes = [320_000, 320_000, 320_000, 40_000];
const slotMs = 1_000;
const slotsPerEpoch = 20;
const pollMs = 200;

/** @param logLevel of the nodes; what they write is kept when a run fails */
export async function setStage(directory: string, logLevel: string): Promise<Stage> {
  const homes = makeHomes(directory, { stakes, slotDurationMs: slotMs, slotsPerEpoch });
  const { genesis, genesisHash } = homes;
  const ports = await Promise.all(stakes.map(freePort));
  const nodes = await Promise.all(
    homes.homes.map((home, i) =>
      createNodeProcess({
        home,
        p2pPort: ports[i]!,
        args: [...dialling(ports.filter((_, j) => j !== i)), '--log-level', logLevel],
      }),
    ),
  );
  await Promise.all(nodes.map((node) => node.start()));
  const [first] = nodes as [NodeProcess];
  const { chain } = await first.client.status();
  const keys = (await openKeys(homePaths(homes.homes[3]!))).validator!;
  const heard = createHeard(genesisHash);
  const pledges = createPledges();
  const accounts = await fund(homes, first);
  const slotAt = (time: number): number => Math.floor((time - genesis.genesis_time) / slotMs);
  let final = { index: 0, hash: genesisHash as string, epoch: 0, view: 0 };
  const ownSlots = new Set<number>();

  const polling = setInterval(() => {
    first.client.status().then(
      (status) => {
        final = { ...status.final, epoch: status.epoch };
      },
      () => undefined,
    );
  }, pollMs);
  const learning = setInterval(learn, 5_000);
  function learn(): void {
    first.client.schedule('current', { count: 60 }).then(
      ({ items }) => {
        for (const { slot, leader } of items) if (leader === keys.signer.publicKey) ownSlots.add(slot);
      },
      () => undefined,
    );
  }
  learn();

  const crypto = createCrypto();
  const base = { chain: chain as ChainId, genesis, genesisHash: genesisHash as Hash, crypto, heard, accounts };
  return {
    homes,
    chain: chain as ChainId,
    slotMs,
    honest: nodes.slice(0, 3),
    fourth: nodes[3]!,
    pledges,
    hand: (holdsKey) => ({
      ...base,
      signer: holdsKey ? keys.signer : createSigner(randomBytes(32)),
      vrf: holdsKey ? keys.vrf : createVrfProver(randomBytes(32)),
      pledges: holdsKey ? pledges : createPledges(),
      slot: () => slotAt(Date.now()),
      ownSlots: () => [...ownSlots].filter((slot) => slot >= slotAt(Date.now())).sort((left, right) => left - right),
      final: () => final,
    }),
    isOwnSlot: (slot) => ownSlots.has(slot),
    slotAt,
    async stop() {
      clearInterval(polling);
      clearInterval(learning);
      await Promise.all(nodes.map((node) => node.stop()));
    },
  };
}

/** Three accounts with a little money, for the fuzzer to spend. */
async function fund(homes: Homes, node: NodeProcess): Promise<readonly Account[]> {
  // Signed by OpenSSL: a thousand signatures in JavaScript would hold up what measures time in this process.
  const accounts = Array.from({ length: 3 }, (): Account => {
    const signer = createSigner(randomBytes(32));
    const { publicKey } = signer;
    return { signer, publicKey, address: addressOfKey(publicKey, homes.genesis.address_prefix) };
  });
  const outputs = accounts.map(({ address }) => ({ to: address, amount: toAmount(1_000_000) }));
  await walletOf(node.client, homes.treasury).send({ type: 'transfer', outputs }, { timeoutMs: hangGuardMs });
  return accounts;
}
