/** The banner: three lines to copy on a development chain, adapted to home and port; none elsewhere. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type BannerFacts, bannerText } from '../../server/cli/banner.js';
import { printedCommands } from './printed-commands.js';

const facts: BannerFacts = {
  version: '0.1.0',
  chain: 'dev-0123456789abcdef0123456789abcdef',
  development: true,
  home: '/u/.slotledger',
  userHome: '/u',
  httpUrl: 'http://127.0.0.1:8080',
  p2p: '127.0.0.1:9000',
  role: 'validator',
  finalIndex: 0,
  hasTreasury: true,
  invocation: { wallet: 'npx --no wallet', server: 'npx --no server' },
  homeIsDefault: true,
  urlIsDefault: true,
};

test('with default home and port, the three lines have no flags', () => {
  assert.deepEqual(printedCommands(bannerText(facts)), [
    'npx --no wallet balance treasury',
    'npx --no wallet send treasury shop 5',
    'curl -s http://127.0.0.1:8080/v1/status',
  ]);
});

test('with another home and port, the three lines name them', () => {
  const other = {
    ...facts,
    home: '/u/.slotledger-9001',
    httpUrl: 'http://127.0.0.1:8081',
    homeIsDefault: false,
    urlIsDefault: false,
  };
  assert.deepEqual(printedCommands(bannerText(other)), [
    'npx --no wallet balance treasury --home ~/.slotledger-9001 --node http://127.0.0.1:8081',
    'npx --no wallet send treasury shop 5 --home ~/.slotledger-9001 --node http://127.0.0.1:8081',
    'curl -s http://127.0.0.1:8081/v1/status',
  ]);
});

test('a home without the key of the treasury offers no payment from it', () => {
  assert.deepEqual(printedCommands(bannerText({ ...facts, hasTreasury: false })), [
    'npx --no wallet balance treasury',
    'curl -s http://127.0.0.1:8080/v1/status',
  ]);
});

test('a chain that is not for development, or has no HTTP, offers nothing to copy', () => {
  assert.deepEqual(printedCommands(bannerText({ ...facts, development: false })), []);
  const { httpUrl: _, ...withoutHttp } = facts;
  assert.deepEqual(printedCommands(bannerText(withoutHttp)), []);
});
