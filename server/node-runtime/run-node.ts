/**
 * Starts everything a Server is made of, in order, and stops it in the opposite order. One rule: a start that fails
 * leaves nothing open.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { Logger } from 'pino';
import { createCrypto } from '../crypto/create-crypto.js';
import { LedgerFailure, SlotledgerError, startStopped } from '../errors.js';
import { openApiKeyRing } from '../home/api-key-ring.js';
import { homePaths, prepareHome } from '../home/home.js';
import { checkHomeAccess } from '../home/home-access.js';
import { lockHome } from '../home/home-lock.js';
import { areKeysSealed } from '../home/key-files.js';
import type { NodeApi, PeerSummary } from '../http/node-api.js';
import { urlOfNode } from '../http/node-url.js';
import { packageVersion } from '../http/version.js';
import type { PeerNetwork } from '../p2p/peer-network.js';
import { startRecording } from '../recording/start-recording.js';
import type { NetworkConfig, ServerOptions } from '../server-options.js';
import { readAhead } from '../storage/read-ahead.js';
import { ledgerProblem } from './check-tip.js';
import { createNode, type PeerSettings } from './create-node.js';
import { developmentSigner, keysThere, openKeys, publicKeys } from './keys.js';
import { listenHttp } from './listen-http.js';
import { createLog } from './logger.js';
import { memoryPlan } from './memory-plan.js';
import { createNodeAdmin } from './node-admin.js';
import { apiKeyList, openNodeAudit } from './node-audit.js';
import { openChain } from './open-chain.js';
import { watchOwnPlace } from './own-place.js';
import { bondOwnStake } from './own-stake.js';
import type { Stakeholder } from './stakeholders.js';

export interface RunOptions {
  readonly server: ServerOptions;
  readonly network: NetworkConfig;
  readonly httpPort: number;
  readonly stakeholders: readonly Stakeholder[];
  /** The node cannot go on: the caller stops it. */
  readonly onFatal: (sentence: string) => void;
  readonly onPeer: (peer: PeerSummary) => void;
  /** The node is to stop before it has started: bootstrap peers are not waited for, and the start goes no further than its next step. */
  readonly signal?: AbortSignal;
}

export interface RunningNode {
  readonly api: NodeApi;
  readonly peers: PeerNetwork | undefined;
  readonly httpPort: number | undefined;
  readonly p2pPort: number | undefined;
  readonly metricsPort: number | undefined;
  readonly home: string;
  stop(): Promise<void>;
}

/** @throws SlotledgerError, START_STOPPED after the signal */
export async function runNode(options: RunOptions): Promise<RunningNode> {
  const closers: (() => void | Promise<void>)[] = [];
  const stop = async (): Promise<void> => {
    for (let closer = closers.pop(); closer !== undefined; closer = closers.pop()) await closer();
  };
  try {
    return await startAll(options, closers, stop);
  } catch (error) {
    await stop();
    throw error instanceof LedgerFailure ? ledgerProblem(error) : error;
  }
}

async function startAll(
  options: RunOptions,
  closers: (() => void | Promise<void>)[],
  stop: () => Promise<void>,
): Promise<RunningNode> {
  const { server, network } = options;
  const { enableP2P, nodeId, ...given } = network;
  const goOn = (): void => {
    if (options.signal?.aborted) throw startStopped();
  };
  const temporary = server.home === undefined ? mkdtempSync(join(tmpdir(), 'slotledger-')) : undefined;
  if (temporary !== undefined) closers.push(() => rmSync(temporary, { recursive: true, force: true }));
  const paths = homePaths(resolve(server.home ?? temporary!));
  prepareHome(paths);
  checkHomeAccess(paths);
  const lock = lockHome(paths.home);
  closers.push(() => lock.release());
  const crypto = createCrypto();
  const before = keysThere(paths);
  const chain = await openChain(paths, crypto, {
    options: server,
    stakeholders: options.stakeholders,
    bootstrapPeers: enableP2P === true ? (network.bootstrapPeers ?? []) : [],
    tls: network.tls ?? false,
    nodeId,
    signal: options.signal,
  });
  goOn();
  const keys = await openKeys(paths, server.keyPassword);
  goOn();
  const { log, close: closeLog } = createLog({
    level: server.logLevel ?? (temporary === undefined ? 'info' : 'silent'),
    ...(server.prettyLogs === undefined ? {} : { pretty: server.prettyLogs }),
    nodeId: nodeId ?? keys.node.publicKey.slice(0, 14),
  });
  closers.push(closeLog);
  if (server.keyPassword !== undefined && !areKeysSealed(paths.keys)) {
    log.warn('a password was given, and no key of the node has one: `server keys seal` encrypts them');
  }
  const p2p: PeerSettings = {
    ...given,
    bootstrapPeers: network.bootstrapPeers ?? [],
    listenAddr: network.listenAddr ?? '0.0.0.0',
    p2pPort: network.p2pPort ?? 9000,
    maxPeers: network.maxPeers ?? 50,
  };
  const recording =
    server.record === undefined
      ? undefined
      : startRecording({
          path: resolve(server.record),
          hasher: crypto,
          genesis: chain.genesis,
          version: packageVersion(),
          warn: (sentence) => log.warn(sentence),
        });
  if (recording !== undefined) {
    closers.push(() => recording.close());
    log.info({ file: resolve(server.record!) }, 'the consensus core is recorded');
  }
  const keyRing = openApiKeyRing({
    path: paths.apiKeys,
    monotonic: () => performance.now(),
    onChange(known) {
      log.info({ keys: apiKeyList(known) }, 'the API keys changed');
      audit.record('api_keys_changed', { api_keys: apiKeyList(known) });
    },
    onProblem: (error) => log.error(`${error.message} Until that is mended no API key is good.`),
  });
  const treasury = chain.genesis.development ? developmentSigner(paths, 'treasury') : undefined;
  const { genesis: _, keyPassword: __, ...settings } = server;
  const audit = openNodeAudit({
    home: paths.home,
    keys: publicKeys(keys, treasury),
    apiKeys: keyRing.all(),
    settings: { ...settings, ...network, httpPort: options.httpPort, chain: chain.chain },
    onFailure(sentence) {
      log.fatal(sentence);
      options.onFatal(sentence);
    },
  });
  const opened = publicKeys(keys, undefined);
  const made = Object.entries(opened).filter(([kind]) => !before.has(kind));
  if (made.length > 0) audit.record('keys_made', Object.fromEntries(made));
  closers.push(() => {
    audit.record('node_stopped', {});
    audit.close();
  });
  const memory = memoryPlan(server.lowMemory);
  const node = await createNode({
    paths,
    chain,
    crypto,
    keys,
    treasury,
    network: enableP2P === true ? p2p : undefined,
    log,
    onFatal: options.onFatal,
    onPeer: options.onPeer,
    ...(recording ? { createCore: recording.createCore } : {}),
    memory,
    ...(server.checkpoint === undefined ? {} : { checkpoint: server.checkpoint }),
    onBan: ({ node: node_id, until, reason }) => audit.note('node_banned', { node_id, until, reason }),
  });
  closers.push(() => node.stop());
  goOn();
  await node.takeBack(goOn);
  const { httpPort, metricsPort } = await listenHttp({
    server,
    port: options.httpPort,
    api: node.api,
    admin: createNodeAdmin({ paths, peers: node.peers, audit, log }),
    findKey: keyRing.find,
    log,
    onListening: (close) => closers.push(close),
  });
  goOn();
  let p2pPort: number | undefined;
  try {
    p2pPort = await node.start();
  } catch (error) {
    throw p2pListenError(error, p2p.listenAddr, p2p.p2pPort);
  }
  if (httpPort !== undefined) {
    lock.tellUrl(urlOfNode(server.httpHost ?? '127.0.0.1', httpPort, server.httpTls !== undefined));
  }
  log.info({ chain: chain.chain, home: paths.home, final_index: node.api.status().final.index }, 'the node runs');
  watchOwnPlace(node.api, log);
  if (memory.readsAhead) closers.push(startReadingAhead(paths.ledger, log));
  const own = options.stakeholders.find(({ id }) => id === nodeId);
  const { development, validators } = chain.genesis;
  if (development && own !== undefined && !validators.some(({ name }) => name === own.id)) {
    const { keyPassword } = server;
    closers.push(bondOwnStake({ api: node.api, home: paths.home, stakeholder: own, keyPassword, log, audit }));
  }
  closers.push(() => {
    log.info('the node stops');
    node.quiesce();
  });
  goOn();
  return { api: node.api, peers: node.peers, httpPort, p2pPort, metricsPort, home: paths.home, stop };
}

/** @returns ends it */
function startReadingAhead(path: string, log: Logger): () => Promise<void> {
  const ending = new AbortController();
  const began = performance.now();
  const reading = readAhead(path, { availableBytes: process.availableMemory(), signal: ending.signal }).then(
    (bytes) => log.debug({ file: path, bytes, ms: Math.round(performance.now() - began) }, 'the ledger was read ahead'),
    // Whoever needs what cannot be read will say so; nothing here depends on it.
    (error: Error) => log.warn(`${path} could not be read ahead (${error.message}): first answers may take longer.`),
  );
  return async () => {
    ending.abort();
    await reading;
  };
}

function p2pListenError(error: unknown, host: string, port: number): unknown {
  const { code } = error as { readonly code?: unknown };
  if (error instanceof SlotledgerError || typeof code !== 'string') return error;
  if (code === 'EADDRINUSE') {
    return new SlotledgerError(
      'PORT_IN_USE',
      `Another program listens for peers on ${host}:${port} already.`,
      `Stop it, or choose another port: server start --p2p-port ${port < 65_535 ? port + 1 : 9000}`,
    );
  }
  return new SlotledgerError(
    'LISTEN_FAILED',
    `Peers cannot be listened for on ${host}:${port} (${code}).`,
    'Check address and port: server start --listen 127.0.0.1 --p2p-port 9000',
  );
}
