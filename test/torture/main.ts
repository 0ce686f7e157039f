/**
 * `npm run torture`: real nodes under a steady load of payments are killed, lose power, and write to disks that fail.
 * In the end every payment that was acknowledged must stand in the chain exactly once, what was told as final must
 * still be so, every ledger must verify, and no key may have signed two things for one place.
 */
import { spawnSync } from 'node:child_process';
import { rmSync, writeFileSync } from 'node:fs';
import type { Genesis } from '../../ledger/values/genesis.js';
import { chainIdOf } from '../../ledger/values/genesis-file.js';
import { createRandom } from '../../server/simulator/random.js';
import { binOf } from '../cli/programs.js';
import { createTortureNetwork } from './arena.js';
import { powerCutLibrary } from './disk/library.js';
import { type Arena, pause } from './faults/fault.js';
import { type FaultName, readOptions } from './options.js';
import { plannedFaults } from './plan.js';
import { createProgress } from './progress.js';
import { isGood, reportText, type TortureReport } from './report.js';
import { startLoad } from './steady-load.js';
import type { TorturedNode } from './tortured-node.js';
import { reckon } from './verdict.js';
import { startWitness } from './witness.js';

const options = readOptions();
const lanes = 16;
/** Before the next fault, payments that were held up by the last one are made up for; at most for so long. */
const catchUpMs = 5_000;

async function main(): Promise<void> {
  const library = powerCutLibrary();
  if ('missing' in library) {
    console.log(`skipped: ${library.missing}`);
    return;
  }
  const random = createRandom(options.seed, 'torture');
  const network = await createTortureNetwork(options.validators);
  const { validators, follower, all, homes } = network;
  const genesis: Genesis = homes.genesis;
  for (const node of all) node.disk.control.loseSyncs(options.loseSyncs);
  await Promise.all(all.map((node) => node.start()));
  const witness = await startWitness({
    chain: chainIdOf(genesis, homes.genesisHash),
    genesis,
    genesisHash: homes.genesisHash,
    nodes: validators.map(({ address }) => address),
  });
  await witness.attach();
  const begun = performance.now();
  const load = startLoad({
    clients: validators.map(({ client }) => client),
    rate: options.rate,
    lanes,
    sign: network.sign,
  });
  const told = new Map<number, string>();
  const met: Record<string, number> = {};
  const tried: Partial<Record<FaultName, number>> = {};
  const restartsMs: number[] = [];
  const wrong: string[] = [];
  const progress = createProgress();
  const listen = async (node: TorturedNode): Promise<void> => {
    const status = await node.client.status().catch(() => undefined);
    if (status === undefined) return;
    const { index, hash } = status.final;
    const before = told.get(index);
    if (before !== undefined && before !== hash)
      wrong.push(`block ${index} is ${before} and, at ${node.name}, ${hash}`);
    told.set(index, hash);
  };
  const arena: Arena = {
    validators,
    follower,
    random,
    async started(_node, tookMs) {
      restartsMs.push(tookMs);
      await witness.attach();
    },
    count(what, by = 1) {
      met[what] = (met[what] ?? 0) + by;
    },
  };
  try {
    for (const { name, fault } of plannedFaults(options, random)) {
      const node = follower !== undefined && random.below(10) === 0 ? follower : random.pick(validators);
      wrong.push(...(await fault(arena, node)));
      tried[name] = (tried[name] ?? 0) + 1;
      await listen(node);
      progress.tell({ tried, acknowledged: load.acknowledged.size, wrong: wrong.length });
      const patience = performance.now() + catchUpMs;
      while (load.behind() > lanes && performance.now() < patience) await pause(5);
    }
    await pause(1_000);
    await load.stop();
  } catch (error) {
    await Promise.all(all.map((node) => node.kill()));
    console.log(`seed ${options.seed}, after ${JSON.stringify(tried)}; the homes are kept at ${network.directory}`);
    throw error;
  }
  const minutes = (performance.now() - begun) / 60_000;
  const found = await reckon(validators[0]!.client, load.acknowledged, told);
  await witness.stop();
  await Promise.all(all.map((node) => node.stop()));
  restartsMs.sort((left, right) => left - right);
  const report: TortureReport = {
    seed: options.seed,
    validators: options.validators,
    minutes,
    tried,
    met,
    payments: { acknowledged: load.acknowledged.size, per_second: load.acknowledged.size / (60 * minutes) },
    restart_ms: { median: restartsMs[restartsMs.length >> 1] ?? 0, most: restartsMs.at(-1) ?? 0 },
    blocks: found.blocks,
    signatures_seen: witness.entered(),
    lost: found.lost,
    doubled: found.doubled,
    wrong_answers: [...wrong, ...load.wrongAnswers, ...found.wrongAnswers],
    double_signs: witness.contradictions(),
    verify: all.flatMap(verified),
  };
  console.log(reportText(report));
  if (options.report !== undefined) writeFileSync(options.report, `${JSON.stringify(report, undefined, 2)}\n`);
  if (isGood(report) && restartsMs.length > 0) rmSync(network.directory, { recursive: true, force: true });
  else {
    console.log(`FAILED; the homes are kept at ${network.directory}`);
    process.exitCode = 1;
  }
}

function verified({ name, home }: TorturedNode): readonly string[] {
  const { status, stdout, stderr } = spawnSync(process.execPath, [binOf('server'), 'verify', '--home', home], {
    encoding: 'utf8',
  });
  return status === 0 ? [] : [`${name}: exit ${status}\n${stdout}${stderr}`];
}

await main();
