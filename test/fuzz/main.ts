/**
 * `npm run fuzz`: a black-box fuzzer for the TCP and HTTP ports of real nodes. Half of the time it is a stranger, half of
 * the time it plays one of four validators. The nodes have to stay up, keep their memory, answer no 5xx but 503, and go on
 * making payments final meanwhile.
 */
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import type { Signer } from '../../ledger/values/crypto.js';
import { createSigner } from '../../server/crypto/create-crypto.js';
import { logLevels } from '../../server/server-options.js';
import { createRandom } from '../../server/simulator/random.js';
import * as forms from '../command-line/forms.js';
import { flag, option, optional, readCommandLine } from '../command-line/read-command-line.js';
import { hangGuardMs } from '../hang-guard.js';
import { createForge } from './forge.js';
import { runHttpFuzzer } from './http-fuzzer.js';
import { createRequests, routesOf } from './http-request.js';
import { judgeEnd } from './judge-end.js';
import { startPayments } from './payments.js';
import { runPeerFuzzer } from './peer-fuzzer.js';
import { openPeerHost, type PeerHost } from './peer-host.js';
import { longPauses, printReport, type Report } from './report.js';
import { type Stage, setStage } from './stage.js';
import { createTally } from './tally.js';
import { watchNode } from './watch.js';

const options = readCommandLine({
  command: 'npm run fuzz',
  about:
    'Sends wrong input to the TCP and HTTP ports of real nodes, first as a stranger, then with the key of one of four validators. ' +
    'They have to stay up and go on making payments final. Ends with 2 where nothing but finality paused, as on a busy machine.',
  parameters: {
    minutes: option(forms.minutes({ above: 0 }), 'how long, half of it as each of the two', '0.5'),
    seed: optional(forms.seed, 'the same number draws the same input', 'at random'),
    rate: option(
      forms.number(),
      'messages and requests a second to each node; 0 sends nothing, to see what the machine does alone',
      '60',
    ),
    logLevel: option(
      forms.oneOf('level', logLevels),
      'what nodes write to their logs, which are kept after a failure',
      'error',
    ),
    json: flag('prints the report as JSON and nothing else'),
  },
  examples: { '--minutes 30 --seed 20261128': 'half an hour that can be repeated' },
});
const { minutes, rate } = options;
const seed = options.seed ?? randomBytes(4).readUInt32BE();
const paymentsPerSecond = 6;
const say = (line: string): void => {
  if (!options.json) console.log(line);
};

const directory = mkdtempSync(join(tmpdir(), 'slotledger-fuzz-'));
const tally = createTally();
const failures: string[] = [];
const fail = (what: string): void => {
  if (failures.length >= 100) return;
  if (failures.length === 0) writeInputs();
  failures.push(what);
  say(`FAILED: ${what}`);
};

function writeInputs(): void {
  const lines = tally.inputs().map((input) => JSON.stringify(input));
  writeFileSync(join(directory, 'inputs.jsonl'), `${lines.join('\n')}\n`);
}

/** One half: all three honest nodes, TCP and HTTP, until `end`. */
async function attack(stage: Stage, host: PeerHost, holdsKey: boolean, end: number): Promise<void> {
  if (rate === 0) {
    await new Promise((resolve) => setTimeout(resolve, end - Date.now()));
    return;
  }
  const running = (): boolean => Date.now() < end && failures.length < 20;
  const hand = stage.hand(holdsKey);
  const random = createRandom(seed, holdsKey ? 'holder' : 'stranger');
  const document = (await (await fetch(`${stage.honest[0]!.client.url}/openapi.json`)).json()) as never;
  const forge = createForge(hand);
  const payment = (draw: typeof random): unknown => (forge(draw, 'transactions').transactions as readonly unknown[])[0];
  const make = createRequests(hand, routesOf(document), payment);
  const common = { hand, tally, running, provesValidator: holdsKey, messagesPerSecond: rate, listenPort: host.port };
  const newNodeKey = (): Signer => createSigner(randomBytes(32));
  const peers = stage.honest.map((node, i) =>
    runPeerFuzzer({
      ...{ ...common, newNodeKey, name: `node ${i + 1} TCP`, port: node.p2pPort, random: random.fork(`tcp ${i}`) },
    }),
  );
  host.meet({ ...common, newNodeKey, name: 'who dialled', port: host.port, random: random.fork('host') });
  const requests = stage.honest.map((node, i) =>
    runHttpFuzzer({
      ...{ name: `node ${i + 1} HTTP`, port: Number(new URL(node.client.url).port), random: random.fork(`http ${i}`) },
      ...{ tally, make, requestsPerSecond: rate, running, fail, secrets: [directory, process.cwd()] },
    }),
  );
  await Promise.all([...peers, ...requests]);
  host.meet(undefined);
}

async function main(): Promise<Report> {
  const began = Date.now();
  const loop = monitorEventLoopDelay({ resolution: 20 });
  loop.enable();
  const end = began + minutes * 60_000;
  const stage = await setStage(directory, options.logLevel);
  const host = await openPeerHost();
  try {
    const clients = stage.honest.map(({ client }) => client);
    const { genesis, treasury, shop } = stage.homes;
    const payments = startPayments({
      ...{ chain: stage.chain, genesis, from: treasury, to: shop.address, clients, perSecond: paymentsPerSecond, fail },
    });
    const ids = await Promise.all(clients.map(async (client) => (await client.status()).node_id));
    const watches = stage.honest.map((node, i) =>
      watchNode(
        node,
        ids.filter((_, j) => j !== i),
        fail,
      ),
    );
    setTimeout(() => {
      for (const watch of watches) watch.beginGaps();
    }, 2_000).unref();
    // A tenth of the time, two minutes at most, until caches and heaps have their size.
    const warmUp = setTimeout(
      () => {
        for (const watch of watches) watch.beginMemory();
      },
      Math.min(120_000, minutes * 6_000),
    );
    warmUp.unref();

    const middle = (Date.now() + end) / 2;
    say(`seed ${seed}; ${minutes} minutes: a stranger, then the holder of a validator's key`);
    await attack(stage, host, false, middle);
    await stage.fourth.stop();
    const { rounds_per_slot } = genesis.parameters;
    stage.pledges.begin((stage.slotAt(Date.now()) + 1) * rounds_per_slot);
    // In the last minute it equivocates, which costs it its seat at the end of that epoch.
    const left = end - Date.now();
    const breaking = setTimeout(() => stage.pledges.break(), Math.max(left * 0.6, left - 60_000));
    breaking.unref();
    await attack(stage, host, true, end);

    const gaps = watches.flatMap((watch) => watch.longestGaps().slice(0, 3));
    const stallMs = loop.max / 1e6;
    const memory = watches.map((watch) => watch.memory());
    for (const watch of watches) watch.stop();
    const unfinal = await payments.finish(hangGuardMs);
    const books = await judgeEnd(stage, fail);
    const report: Report = {
      ...{ seed, minutes, seconds: Math.round((Date.now() - began) / 1000), directory, failures },
      ...{ inputs: tally.total(), outcomes: tally.outcomesByKind, slotMs: stage.slotMs, memory, ...books },
      stallMs,
      lostLinkS: watches.map((watch) => watch.lostLinkS()),
      gaps: gaps.map(({ ms, endedAt }) => ({
        ms,
        ownSlots: ownSlotsIn(stage, endedAt - ms, endedAt),
        endedAfterS: Math.round((endedAt - began) / 1000),
      })),
      payments: { accepted: payments.accepted(), met503: payments.refusedFull(), notFinal: unfinal },
    };
    return report;
  } finally {
    host.close();
    await stage.stop();
    for (const [i, node] of stage.honest.entries()) writeFileSync(join(directory, `node${i + 1}.log`), node.output());
  }
}

/** Slots that the fuzzer led within a time: it may have wasted them. */
function ownSlotsIn(stage: Stage, from: number, to: number): number {
  let found = 0;
  for (let slot = stage.slotAt(from); slot <= stage.slotAt(to); slot++) if (stage.isOwnSlot(slot)) found += 1;
  return found;
}

const report = await main();
printReport(report, fail, options.json);
// Time alone may be the machine's fault: an exit code of its own, so that a caller can try again.
const pauses = longPauses(report);
if (failures.length === 0 && pauses.length > 0) process.exitCode = 2;
for (const pause of pauses) fail(pause);
if (failures.length > 0) {
  process.exitCode ??= 1;
  say(`FAILED with seed ${seed}; the homes, logs and the last inputs (inputs.jsonl) are kept in ${directory}`);
  for (const { at, target, what, base64 } of tally.inputs().slice(-8)) {
    say(`  ${at} ${target} ${what}: ${Buffer.from(base64, 'base64').toString('latin1').slice(0, 160)}`);
  }
} else rmSync(directory, { recursive: true, force: true });
process.exit();
