/** A port that is taken: the command that is printed instead is the one that was given, on other ports. */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { freePort } from '../free-ports.js';
import { run, temporaryHome } from './programs.js';
import { startNode } from './running-node.js';

test('the command printed for a taken port keeps what else was asked for', async (t) => {
  const user = temporaryHome(t);
  const first = await startNode(t, user, { args: ['--home', join(user, 'first')] });
  const httpPort = Number(new URL(first.url).port);
  const [metricsPort, home] = [await freePort(), join(user, 'second')];
  const deny = `0x${'ab'.repeat(32)}`;
  const given = ['start', '--tls', '--deny', deny, '--home', home, '--p2p-port', `${first.p2pPort}`];
  given.push(`--http-port=${httpPort}`, '--metrics-port', `${metricsPort}`, '--node-id', 'my node');
  const refused = await run('server', user, given);
  assert.equal(refused.code, 6, refused.stderr);
  const printed = /run: (.*)\n/.exec(refused.stderr)?.[1] ?? '';
  const form = ` start --tls --deny ${deny} --node-id 'my node' --home ${home} --p2p-port `;
  assert.ok(printed.includes(form), printed);
  const [p2p, http, metrics] = ['p2p', 'http', 'metrics'].map((of) =>
    Number(new RegExp(`--${of}-port (\\d+)`).exec(printed)?.[1]),
  );
  assert.equal(new Set([p2p, http, metrics, first.p2pPort, httpPort]).size, 5, printed);
});
