/**
 * A node with a long history and many accounts against one without: how soon it answers, what it takes in, what reading costs,
 * and how fast a new node follows it. Payments made here stay in the home.
 */
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TransactionId } from '../../../ledger/values/transaction.js';
import { homePaths } from '../../../server/home/home.js';
import { makeTestnet } from '../../../server/home/make-testnet.js';
import { hangGuardMs } from '../../hang-guard.js';
import { accountSince } from '../accounting.js';
import { type ChainUnderTest, loadOn, startChain, startChainAt } from '../chain-under-test.js';
import { cpuTimeMs } from '../cpu-time.js';
import { format, percentile } from '../figures.js';
import type { LoadPlan, LoadReport } from '../load.js';
import type { Measurement } from '../measurement.js';
import { runChild } from '../run-child.js';
import { buildHome } from './build-home.js';
import { forgetFile, timeStart, timeStartAt } from './cold-start.js';
import { startConstantServer } from './constant-server.js';
import { accountAddress, type HomePlan } from './home-plan.js';
import { measureSync } from './measure-sync.js';
import type { Question, ReadPlan, ReadReport } from './read-load.js';
import { supplyInFile } from './supply-in-file.js';

export interface LargeOptions extends HomePlan {
  /** Where the home is kept; absent: in a temporary directory that goes away. */
  readonly directory?: string | undefined;
  readonly seconds: number;
  /** A directory for a CPU profile of the node with the long history and of the one that follows it. */
  readonly profileTo?: string | undefined;
}

type Row = readonly [what: string, figure: string];

const mostRounds = 3;
/** Below so many seconds a round each home gets one: the short form shows that it works, not what it takes. */
const shortSeconds = 5;
/** Each round has payers of its own, since the nonces of a load begin at 0; one more for the load beside reading. */
const payersPerRound = 256 / (mostRounds + 1);
const lanes = 4;
const batch = 100;
const connections = 8;
const signedPerSecond = 16_000;
const payeeCount = 50_000;
const readsPerSecond = 500;

export async function measureLarge(name: string, options: LargeOptions): Promise<Measurement> {
  const temporary = options.directory === undefined ? mkdtempSync(join(tmpdir(), 'slotledger-benchmark-')) : undefined;
  try {
    return await measureAt(name, options.directory ?? temporary!, options);
  } finally {
    if (temporary !== undefined) rmSync(temporary, { recursive: true, force: true });
  }
}

async function measureAt(name: string, directory: string, options: LargeOptions): Promise<Measurement> {
  const { seconds, transactions, accounts, profileTo } = options;
  const large = await buildHome({
    directory,
    transactions,
    accounts,
    say: (line) => console.log(`  building: ${line}`),
  });
  const { ledger } = homePaths(large.home);
  const rows: Row[] = [
    ['transfers with a signature of their own', format(large.transactions)],
    ['accounts', format(large.accounts)],
    ['ledger.db', `${format(statSync(ledger).size / 2 ** 20)} MiB`],
    ...(await startRows(large.home, ledger)),
  ];
  const faults: string[] = [];
  const payees = Array.from({ length: Math.min(payeeCount, accounts) }, (_, i) =>
    accountAddress(Math.floor((i * accounts) / Math.min(payeeCount, accounts))),
  );
  const chainOptions = { payers: payersPerRound * (mostRounds + 1), payees };
  const empty = await startChain(1, chainOptions);
  try {
    const full = await startChainAt(large.home, { ...chainOptions, profileTo });
    try {
      const firsts = await Promise.all([empty, full].map(async (under) => (await under.settled(hangGuardMs)) + 1));
      const acknowledged: [TransactionId[], TransactionId[]] = [[], []];
      const rounds = seconds < shortSeconds ? 1 : mostRounds;
      const rates: [number[], number[]] = [[], []];
      const cpus: [number[], number[]] = [[], []];
      for (let round = 0; round < rounds; round += 1) {
        for (const [side, under] of [empty, full].entries()) {
          const one = await loadOnce(under, round, seconds);
          acknowledged[side]!.push(...one.acknowledged);
          rates[side]!.push(one.perSecond);
          cpus[side]!.push(one.cpuMicroseconds);
        }
      }
      rows.push(...throughputRows(rates, cpus));
      rows.push(...(await readRows(full, large, seconds, faults)));
      const beside = await besideLoad(full, large, seconds, faults);
      rows.push(...beside.rows);
      acknowledged[1].push(...beside.acknowledged);
      for (const [side, under] of [empty, full].entries()) {
        const index = await under.settled(hangGuardMs);
        faults.push(...(await accountSince(under, firsts[side]!, index, acknowledged[side]!)).faults);
      }
      const node = full.nodes[0]!;
      if (profileTo === undefined) {
        await node.kill();
        rows.push(['killed and started again, answers after', `${format(await timeStart(node))} ms (goal < 3,000)`]);
      }
      rows.push(...(await syncRows(full, large, seconds, profileTo, faults)));
    } finally {
      await full.stop();
    }
    faults.push(...supplyInFile(ledger));
  } finally {
    await empty.stop();
  }
  return { name, rows, faults };
}

async function startRows(home: string, ledger: string): Promise<Row[]> {
  const other = mkdtempSync(join(tmpdir(), 'slotledger-benchmark-'));
  try {
    const made = makeTestnet({
      directory: join(other, 'chain'),
      validators: 1,
      basePort: 9000,
      genesisTime: Date.now(),
    });
    await timeStartAt(made.nodes[0]!.home);
    const isCold = forgetFile(ledger);
    const cold = await timeStartAt(home);
    const warm = await timeStartAt(home);
    const empty = await timeStartAt(made.nodes[0]!.home);
    return [
      [
        `start to the first answer, ${isCold ? 'file not in memory' : 'file as it was'}`,
        `${format(cold)} ms (goal < 3,000)`,
      ],
      ['start to the first answer, again', `${format(warm)} ms (goal < 3,000)`],
      ['the same on an empty home', `${format(empty)} ms`],
    ];
  } finally {
    rmSync(other, { recursive: true, force: true });
  }
}

function throughputRows(rates: readonly [number[], number[]], cpus: readonly [number[], number[]]): Row[] {
  const [empty, full] = rates.map((each) => percentile(each, 0.5)) as [number, number];
  const [emptyCpu, fullCpu] = cpus.map((each) => percentile(each, 0.5)) as [number, number];
  const list = (each: readonly number[]): string => each.map(format).join(', ');
  return [
    ['empty home, final transactions a second, each round', list(rates[0])],
    ['this home, final transactions a second, each round', list(rates[1])],
    ['this home against the empty one, medians', `${format((100 * full) / empty)} % (goal >= 80)`],
    ['CPU time of the node for each, empty and this', `${format(emptyCpu)} and ${format(fullCpu)} µs`],
  ];
}

function planOf(under: ChainUnderTest, round: number, seconds: number): LoadPlan {
  return {
    ...loadOn(under),
    payers: under.payers.slice(round * payersPerRound, (round + 1) * payersPerRound),
    lanes,
    connections,
    batch,
    batches: Math.ceil((signedPerSecond * seconds) / batch),
    seconds,
  };
}

async function loadOnce(under: ChainUnderTest, round: number, seconds: number) {
  const { pid } = await under.nodes[0]!.client.status();
  let cpuBefore = 0;
  const report = await runChild<LoadPlan, LoadReport>('./load.js', planOf(under, round, seconds), () => {
    cpuBefore = cpuTimeMs(pid);
  });
  await under.settled(hangGuardMs + seconds * 10_000);
  const took = Date.now() - report.startedAt;
  const count = report.acknowledged.length;
  const cpuMicroseconds = ((cpuTimeMs(pid) - cpuBefore) * 1000) / count;
  return { acknowledged: report.acknowledged, perSecond: (count * 1000) / took, cpuMicroseconds };
}

async function read(
  under: ChainUnderTest,
  { accounts }: HomePlan,
  seconds: number,
  question: Question,
  isAlone: boolean,
) {
  const { url } = under.nodes[0]!.client;
  const tip = (await under.nodes[0]!.client.status()).final.index;
  const plan: ReadPlan = { url, accounts, perSecond: readsPerSecond, seconds, question, tip, isAlone };
  const { pid } = await under.nodes[0]!.client.status();
  let cpuBefore = 0;
  const report = await runChild<ReadPlan, ReadReport>('./large/read-load.js', plan, () => {
    cpuBefore = cpuTimeMs(pid);
  });
  return { ...report, cpuMicroseconds: ((cpuTimeMs(pid) - cpuBefore) * 1000) / report.times.length };
}

function readRow(what: string, { times, wrong }: ReadReport, goal: string, faults: string[]): Row {
  if (wrong > 0) faults.push(`${wrong} of ${times.length} questions (${what}) got no account`);
  const p50 = format(percentile(times, 0.5));
  return [
    `${what}, ${readsPerSecond} a second, p50 and p99`,
    `${p50} and ${format(percentile(times, 0.99))} ms${goal}`,
  ];
}

/** What the machine, Node and the load generator take of an answer's time. */
async function readConstant({ accounts }: HomePlan, seconds: number): Promise<ReadReport> {
  const server = await startConstantServer();
  try {
    const plan = { url: server.url, accounts, perSecond: readsPerSecond, seconds, tip: 1, isAlone: true };
    return await runChild<ReadPlan, ReadReport>('./large/read-load.js', { ...plan, question: 'balance' });
  } finally {
    server.stop();
  }
}

async function readRows(under: ChainUnderTest, large: HomePlan, seconds: number, faults: string[]): Promise<Row[]> {
  const constant = await readConstant(large, seconds);
  const balances = await read(under, large, seconds, 'balance', true);
  const then = await read(under, large, seconds, 'balance then', true);
  const histories = await read(under, large, seconds, 'history', true);
  const cpu = [balances, then, histories].map(({ cpuMicroseconds }) => format(cpuMicroseconds));
  return [
    readRow('a server that answers the same to everything', constant, '', faults),
    readRow('balances', balances, ' (goal p99 < 1)', faults),
    readRow('balances as of a block', then, '', faults),
    readRow('an account’s transactions', histories, '', faults),
    ['CPU time of the node for each of the last three', `${cpu.join(', ')} µs`],
  ];
}

/** Balances while payments come as fast as the node takes them; then the same for histories. */
async function besideLoad(under: ChainUnderTest, large: HomePlan, seconds: number, faults: string[]) {
  const loading = loadOnce(under, mostRounds, seconds * 2 + 2);
  const balances = await read(under, large, seconds, 'balance', false);
  const histories = await read(under, large, seconds, 'history', false);
  const { acknowledged, perSecond } = await loading;
  const rows: Row[] = [
    readRow('balances beside full load', balances, ' (goal p99 < 50)', faults),
    readRow('an account’s transactions beside full load', histories, '', faults),
    ['payments a second meanwhile', format(perSecond)],
  ];
  return { rows, acknowledged };
}

async function syncRows(
  under: ChainUnderTest,
  large: Awaited<ReturnType<typeof buildHome>>,
  seconds: number,
  profileTo: string | undefined,
  faults: string[],
): Promise<Row[]> {
  const synced = await measureSync(under.nodes[0]!, large, 2 * seconds, profileTo);
  faults.push(...synced.faults);
  const each = (cpuMs: number): string => format((cpuMs * 1000) / synced.transactions);
  return [
    [
      'a node that follows: transactions verified a second',
      `${format((synced.transactions * 1000) / synced.ms)} (goal >= 10,000), ${format(synced.transactions)} of them`,
    ],
    [
      'CPU time for each, its own and of the node that serves',
      `${each(synced.ownCpuMs)} and ${each(synced.serverCpuMs)} µs`,
    ],
    [
      'its answers to questions meanwhile, p50 and p99',
      `${format(percentile(synced.answerTimes, 0.5))} and ${format(percentile(synced.answerTimes, 0.99))} ms`,
    ],
  ];
}
