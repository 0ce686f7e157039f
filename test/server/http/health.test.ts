import assert from 'node:assert/strict';
import { test } from 'node:test';
import { healthRoutes, readinessOf } from '../../../server/http/routes/health.js';
import { until } from '../../cli/running-node.js';
import { startChainNode } from './chain-node.js';
import { call, listening, post } from './listening.js';

test('a node whose peers are gone is alive and not ready, and says which part and why', async (t) => {
  const node = await startChainNode(t, { paired: true });
  await node.pay(1);
  const { url } = await listening(t, node.other!);
  // Just connected: it has to hear where the other one is.
  await until(async () => (await call(`${url}/readyz`)).status === 200, 'the second node is ready');
  assert.match((await call(`${url}/metrics`)).body, /^slotledger_node_ready_boolean 1$/m);
  const { url: left } = await listening(t, node.api);
  await node.freeze();
  await until(() => node.api.peers().length === 0, 'the first has lost its peer');
  assert.equal((await call(`${left}/livez`)).status, 200);
  for (const path of ['/readyz', '/healthz']) {
    const got = await call(left + path);
    assert.equal(got.status, 503);
    assert.equal(got.body.ready, false);
    assert.equal(got.body.checks.peers.ok, false);
    assert.equal(typeof got.body.checks.peers.detail, 'string');
    const route = healthRoutes.find((one) => one.path === path)!;
    assert.ok(route.answers[503]!.schema.safeParse(got.body).success);
  }
  assert.match((await call(`${left}/metrics`)).body, /^slotledger_node_ready_boolean 0$/m);
});

test('each part that is not well makes the whole not ready', () => {
  for (const part of ['database', 'clock', 'sync', 'peers'] as const) {
    const { ready, checks } = readinessOf({ [part]: `The ${part} is not well.` });
    assert.equal(ready, false);
    assert.deepEqual(checks[part], { ok: false, detail: `The ${part} is not well.` });
    assert.equal(Object.values(checks).filter(({ ok }) => !ok).length, 1);
  }
  assert.equal(readinessOf({}).ready, true);
});

test('metrics have the names of this project, count, and name no account', async (t) => {
  const node = await startChainNode(t);
  const { url } = await listening(t, node.api);
  const { address } = node.payer;
  await post(`${url}/v1/transactions?wait=final`, node.transfer(0));
  await call(`${url}/v1/accounts/${address}`);
  await call(`${url}/v1/nothing/${address}`);
  const got = await call(`${url}/metrics`);
  assert.match(got.headers.get('content-type') ?? '', /^text\/plain/);
  const text = got.body as string;
  assert.match(text, /^slotledger_chain_final_height_blocks 1$/m);
  assert.match(text, /^slotledger_transaction_finality_seconds_count 1$/m);
  assert.match(text, /^slotledger_transaction_submissions_total\{outcome="accepted"\} 1$/m);
  assert.match(text, /^slotledger_chain_final_transactions_total 1$/m);
  const route = 'method="GET",route="/v1/accounts/\\{address\\}",status="200"';
  assert.match(text, new RegExp(`slotledger_http_request_duration_seconds_count\\{${route}\\} 1`));
  assert.match(text, /slotledger_nodejs_eventloop_lag_seconds/);
  assert.doesNotMatch(text, /sl1/);
  for (const [, name, type] of text.matchAll(/^# TYPE (\S+) (\S+)$/gm)) {
    assert.match(name!, /^slotledger_[a-z0-9_]+$/);
    if (type === 'counter') assert.match(name!, /_total$/);
  }
});
