/** A load generator in a process of its own: it gets its plan, says when it is ready, and reports after 'go'. */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

type Message<Report> = { readonly kind: 'ready' } | { readonly kind: 'done'; readonly report: Report };

/** @param program a file beside this one, such as `./load.js` @param before called when all is signed */
export async function runChild<Plan extends object, Report>(
  program: string,
  plan: Plan,
  before: () => void = () => {},
): Promise<Report> {
  const child = fork(fileURLToPath(new URL(program, import.meta.url)));
  const answer = async (): Promise<Message<Report>> => {
    const gone = once(child, 'exit').then(([code]) => {
      throw new Error(`the load generator ended with ${code}`);
    });
    return ((await Promise.race([once(child, 'message'), gone])) as [Message<Report>])[0];
  };
  child.send(plan);
  await answer();
  before();
  child.send('go');
  const done = await answer();
  if (done.kind !== 'done') throw new Error('the load generator did not report');
  return done.report;
}
