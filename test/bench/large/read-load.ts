/** Questions about accounts at a fixed rate, in a process of its own; each is timed from when it was due. */
import { Agent, get } from 'node:http';
import { accountAddress } from './home-plan.js';

export type Question = 'balance' | 'balance then' | 'history';

export interface ReadPlan {
  readonly url: string;
  readonly accounts: number;
  readonly perSecond: number;
  readonly seconds: number;
  readonly question: Question;
  /** `balance then` asks for the balance as of a block up to this one. */
  readonly tip: number;
  /** It looks at the clock all the time, which takes a CPU, and not every millisecond: for a machine with nothing else to do. */
  readonly isAlone: boolean;
}

export interface ReadReport {
  /** In ms. */
  readonly times: readonly number[];
  /** Answers that were no account, and what broke. */
  readonly wrong: number;
}

export type ReadMessage = { readonly kind: 'ready' } | { readonly kind: 'done'; readonly report: ReadReport };

const warmUps = { alone: 2000, besideLoad: 200 };

function pathOf({ question, accounts, tip }: ReadPlan, n: number): string {
  const path = `/v1/accounts/${accountAddress((n * 7919) % accounts)}`;
  if (question === 'balance') return path;
  return question === 'history' ? `${path}/transactions?limit=20` : `${path}?index=${1 + ((n * 104_729) % tip)}`;
}

function ask(agent: Agent, url: string): Promise<boolean> {
  return new Promise((resolve) => {
    get(url, { agent }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', () => {
        const answer = JSON.parse(Buffer.concat(chunks).toString()) as { balance?: unknown; items?: unknown };
        resolve(response.statusCode === 200 && (answer.balance ?? answer.items) !== undefined);
      });
    }).on('error', () => resolve(false));
  });
}

async function run(plan: ReadPlan): Promise<ReadReport> {
  const agent = new Agent({ keepAlive: true, maxSockets: 64 });
  const urls = Array.from({ length: plan.perSecond * plan.seconds }, (_, n) => plan.url + pathOf(plan, n));
  // Connections are opened and code is compiled before anything is timed.
  for (const url of urls.slice(0, plan.isAlone ? warmUps.alone : warmUps.besideLoad)) await ask(agent, url);
  await new Promise<void>((go) => {
    process.once('message', () => go());
    process.send?.({ kind: 'ready' } satisfies ReadMessage);
  });
  const times: number[] = [];
  let wrong = 0;
  const everyMs = 1000 / plan.perSecond;
  const start = performance.now();
  const one = async (url: string, due: number): Promise<void> => {
    if (!(await ask(agent, url))) wrong += 1;
    times.push(performance.now() - due);
  };
  const all: Promise<void>[] = [];
  for (let next = 0; next < urls.length; ) {
    const now = performance.now();
    for (; next < urls.length && start + next * everyMs <= now; next += 1) {
      all.push(one(urls[next]!, start + next * everyMs));
    }
    await new Promise((resolve) => (plan.isAlone ? setImmediate(resolve) : setTimeout(resolve, 1)));
  }
  await Promise.all(all);
  agent.destroy();
  return { times, wrong };
}

process.once('message', (plan: ReadPlan) => {
  void run(plan).then((report) => {
    process.send?.({ kind: 'done', report } satisfies ReadMessage, () => process.disconnect());
  });
});
