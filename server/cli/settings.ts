/**
 * The settings of a node: a flag beats the environment, which beats config.toml, which beats the default. Home and HTTP
 * port follow from the port for peers unless they are set: 9000 → ~/.slotledger and 8080, 9001 → ~/.slotledger-9001
 * and 8081. Every setting remembers where it came from.
 */
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Command } from 'commander';
import { type CliProblem, usageProblem } from '../../client/cli/cli-problem.js';
import { toHeight } from '../../ledger/values/numbers.js';
import type { Hash, PublicKey } from '../../ledger/values/text.js';
import { isHashText } from '../../ledger/values/text-forms.js';
import { anonymousRights } from '../http/access.js';
import { defaultMaxListeners, mostListeners } from '../http/limits.js';
import { urlOfNode } from '../http/node-url.js';
import type { TlsFiles } from '../http/tls-files.js';
import type { Checkpoint } from '../replica/checkpoint.js';
import { logLevels, type NetworkConfig, type ServerOptions } from '../server-options.js';
import { badConfig, type ConfigFile, readConfigFile } from './config-file.js';
import { defaultHome, defaultP2pPort, walletHome } from './default-home.js';

export type Origin = 'flag' | 'environment' | 'config.toml' | 'default';

export interface Setting {
  readonly name: string;
  readonly value: string | number | boolean | readonly string[] | undefined;
  readonly origin: Origin;
}

export interface Settings {
  readonly home: string;
  readonly httpHost: string;
  readonly httpPort: number;
  readonly p2pHost: string;
  readonly p2pPort: number;
  /** How this machine reaches the node's HTTP. */
  readonly httpUrl: string;
  urlWith(port: number): string;
  /** Whether the wallet takes this home when it is told nothing. */
  readonly walletFindsHome: boolean;
  /** File with the password of the node's keys. */
  readonly keyPasswordFile: string | undefined;
  readonly server: ServerOptions;
  readonly network: NetworkConfig;
  readonly all: readonly Setting[];
}

const defaultHttpPort = 8080;

/** In config.toml and in `config show`; the environment has SLOTLEDGER_ and the upper-case form. */
const names = [
  'home',
  'config',
  'p2p_port',
  'p2p_host',
  'http',
  'http_port',
  'http_host',
  'http_anonymous',
  'http_max_listeners',
  'http_tls_cert',
  'http_tls_key',
  'metrics_port',
  'record',
  'bootstrap',
  'p2p_advertise',
  'peer_exchange',
  'private',
  'max_peers',
  'tls',
  'allow',
  'deny',
  'key_password_file',
  'genesis_hash',
  'checkpoint',
  'node_id',
  'allow_root',
  'low_memory',
  'log_level',
  'difficulty',
] as const;
type Name = (typeof names)[number];

interface Found {
  readonly value: unknown;
  readonly origin: Origin;
}

/** @param onProblem told of each value that cannot be taken, which then counts as not set; throws it unless given */
export function readSettings(command: Command, onProblem: (problem: CliProblem) => void = throwIt): Settings {
  const flags = flagsOf(command);
  const environment = (name: Name): string | undefined => process.env[`SLOTLEDGER_${name.toUpperCase()}`] || undefined;
  let file: ConfigFile = { path: '', settings: {}, lineOf: () => '' };
  const refused = new Map<Name, string>();
  const find = (name: Name): Found => {
    if (flags[name] !== undefined) return { value: flags[name], origin: 'flag' };
    const fromEnvironment = environment(name);
    if (fromEnvironment !== undefined) return { value: fromEnvironment, origin: 'environment' };
    if (file.settings[name] !== undefined) return { value: file.settings[name], origin: 'config.toml' };
    return { value: undefined, origin: 'default' };
  };
  const read = <T>(name: Name, parse: (name: Name, value: unknown) => T): T | undefined => {
    const { value, origin } = find(name);
    try {
      return parse(name, value);
    } catch (error) {
      if (!(error instanceof WrongValue)) throw error;
      if (!refused.has(name)) onProblem(wrongSetting(error, origin, file));
      refused.set(name, String(value));
      return undefined;
    }
  };
  // The file stands in the home, so home and its port cannot come from the file.
  const portBefore = read('p2p_port', portOf) ?? defaultP2pPort;
  const home = resolve(read('home', textOf) ?? defaultHome(portBefore));
  file = readConfigFile(resolve(read('config', textOf) ?? join(home, 'config.toml')), {
    named: find('config').origin !== 'default',
    isSetting: (name) => (names as readonly string[]).includes(name) && name !== 'home' && name !== 'config',
    onProblem,
  });

  const p2pPort = read('p2p_port', portOf) ?? defaultP2pPort;
  const p2pHost = read('p2p_host', textOf) ?? (opensToOthers(home) ? '0.0.0.0' : '127.0.0.1');
  const following = defaultHttpPort + (p2pPort === 0 ? 0 : p2pPort - defaultP2pPort);
  const httpPort = read('http_port', portOf) ?? (following > 0 && following < 65_536 ? following : 0);
  const httpHost = read('http_host', textOf) ?? '127.0.0.1';
  const http = read('http', booleanOf) ?? true;
  const bootstrap = read('bootstrap', addressesOf) ?? [];
  const [advertise] = read('p2p_advertise', addressesOf) ?? [];
  const logLevel = read('log_level', (name, value) => oneOf(name, value, logLevels)) ?? 'info';
  const httpTls = tlsFilesOf(read('http_tls_cert', textOf), read('http_tls_key', textOf), onProblem);
  const keyPasswordFile = read('key_password_file', textOf);
  const wished = {
    httpTls,
    allowRoot: read('allow_root', booleanOf) ?? false,
    lowMemory: read('low_memory', booleanOf) ?? false,
    httpAnonymous: read('http_anonymous', (name, value) => oneOf(name, value, anonymousRights)),
    httpMaxListeners: read('http_max_listeners', (name, value) => numberOf(name, value, 0, mostListeners)),
    metricsPort: read('metrics_port', portOf),
    record: read('record', textOf),
    genesisHash: read('genesis_hash', hashOf),
    checkpoint: read('checkpoint', (_, value) => checkpointOf(value)),
    difficulty: read('difficulty', (name, value) => numberOf(name, value, 0, 5)),
  };
  const peers = {
    advertise,
    peerExchange: read('peer_exchange', booleanOf),
    privateMode: read('private', booleanOf),
    maxPeers: read('max_peers', (name, value) => numberOf(name, value, 1, 1000)),
    tls: read('tls', booleanOf),
    allow: read('allow', keysOf),
    deny: read('deny', keysOf),
    nodeId: read('node_id', textOf),
  };
  const values: Record<Name, Setting['value']> = {
    home,
    config: read('config', textOf) ?? join(home, 'config.toml'),
    p2p_port: p2pPort,
    p2p_host: p2pHost,
    http,
    http_port: httpPort,
    http_host: httpHost,
    http_anonymous: wished.httpAnonymous ?? 'submit',
    http_max_listeners: wished.httpMaxListeners ?? defaultMaxListeners,
    http_tls_cert: httpTls?.cert,
    http_tls_key: httpTls?.key,
    metrics_port: wished.metricsPort,
    record: wished.record,
    bootstrap,
    p2p_advertise: advertise,
    peer_exchange: peers.peerExchange ?? true,
    private: peers.privateMode ?? false,
    max_peers: peers.maxPeers ?? 50,
    tls: peers.tls ?? false,
    allow: peers.allow,
    deny: peers.deny,
    key_password_file: keyPasswordFile,
    genesis_hash: wished.genesisHash,
    checkpoint: wished.checkpoint && `${wished.checkpoint.index}:${wished.checkpoint.hash}`,
    node_id: peers.nodeId,
    allow_root: wished.allowRoot,
    low_memory: wished.lowMemory,
    log_level: logLevel,
    difficulty: wished.difficulty,
  };
  refuseSamePort({ p2pHost, p2pPort, httpHost, httpPort, http, metricsPort: wished.metricsPort }, onProblem);
  const urlWith = (port: number): string => urlOfNode(httpHost, port, httpTls !== undefined);
  return {
    home,
    httpHost,
    httpPort,
    p2pHost,
    p2pPort,
    httpUrl: urlWith(httpPort),
    urlWith,
    keyPasswordFile,
    walletFindsHome: home === walletHome(),
    server: {
      home,
      http,
      httpHost,
      logLevel,
      ...given(wished),
    },
    network: {
      enableP2P: true,
      listenAddr: p2pHost,
      p2pPort,
      bootstrapPeers: bootstrap,
      ...given(peers),
    },
    all: names.map((name) => ({ name, value: refused.get(name) ?? values[name], origin: find(name).origin })),
  };
}

function flagsOf(command: Command): Partial<Record<Name, unknown>> {
  const flags = command.optsWithGlobals<Record<string, unknown>>();
  const http = command.getOptionValueSource('http') === 'cli' ? flags.http : undefined;
  return {
    home: flags.home,
    config: flags.config,
    p2p_port: flags.p2pPort,
    p2p_host: flags.listen ?? flags.p2pHost,
    http,
    http_port: flags.httpPort,
    http_host: flags.httpHost,
    http_anonymous: flags.httpAnonymous,
    http_max_listeners: flags.httpMaxListeners,
    http_tls_cert: flags.httpTlsCert,
    http_tls_key: flags.httpTlsKey,
    metrics_port: flags.metricsPort,
    record: flags.record,
    bootstrap: flags.bootstrap,
    p2p_advertise: flags.p2pAdvertise,
    peer_exchange: flags.peerExchange === false ? false : undefined,
    private: flags.private,
    max_peers: flags.maxPeers,
    tls: flags.tls,
    allow: flags.allow,
    deny: flags.deny,
    key_password_file: flags.keyPasswordFile,
    genesis_hash: flags.genesisHash,
    checkpoint: flags.checkpoint,
    node_id: flags.nodeId,
    allow_root: flags.allowRoot,
    low_memory: flags.lowMemory,
    log_level: flags.logLevel,
    difficulty: flags.difficulty,
  };
}

/** A development chain, whose keys have no passwords, stays on this machine unless told otherwise. */
function opensToOthers(home: string): boolean {
  try {
    const genesis = JSON.parse(readFileSync(join(home, 'genesis.json'), 'utf8')) as { readonly development?: unknown };
    return genesis.development === false;
  } catch {
    return false;
  }
}

/** A value that a setting cannot have; where it came from is said by whoever looked it up. */
class WrongValue extends Error {
  constructor(
    readonly setting: Name,
    readonly value: unknown,
    readonly expected: string,
  ) {
    super(`${setting} is not ${expected}`);
  }
}

const throwIt = (problem: CliProblem): never => {
  throw problem;
};

function wrongSetting({ setting, value, expected }: WrongValue, origin: Origin, file: ConfigFile): CliProblem {
  if (origin === 'config.toml') {
    const given = typeof value === 'string' ? JSON.stringify(value) : String(value);
    return badConfig(`${file.path}${file.lineOf(setting)}: ${setting} ${given} is not ${expected}.`);
  }
  if (origin === 'environment') {
    const variable = `SLOTLEDGER_${setting.toUpperCase()}`;
    return usageProblem(`${variable}=${String(value)} is not ${expected}.`, `Correct ${variable} in the environment.`);
  }
  const flag = `--${setting.replaceAll('_', '-')}`;
  return usageProblem(`${flag} ${String(value)} is not ${expected}.`, 'Correct it.');
}

interface Ports {
  readonly p2pHost: string;
  readonly p2pPort: number;
  readonly httpHost: string;
  readonly httpPort: number;
  readonly http: boolean;
  readonly metricsPort: number | undefined;
}

/** The system would say only that somebody else listens there. */
function refuseSamePort(ports: Ports, onProblem: (problem: CliProblem) => void): void {
  const { p2pHost, p2pPort, httpHost, httpPort, http, metricsPort } = ports;
  const meets = p2pHost === httpHost || [p2pHost, httpHost].some((host) => host === '0.0.0.0' || host === '::');
  const pairs: readonly (readonly [boolean, number | undefined, number | undefined, string, string])[] = [
    [http && meets, p2pPort, httpPort, 'Peers (--p2p-port) and HTTP (--http-port)', '--http-port'],
    [http, metricsPort, httpPort, 'Metrics (--metrics-port) and HTTP (--http-port)', '--metrics-port'],
    [meets, metricsPort, p2pPort, 'Metrics (--metrics-port) and peers (--p2p-port)', '--metrics-port'],
  ];
  for (const [both, one, other, who, flag] of pairs) {
    if (!both || one !== other || !one) continue;
    onProblem(usageProblem(`${who} cannot both listen on port ${one}.`, `Give another ${flag}.`));
  }
}

function textOf(name: Name, value: unknown): string | undefined {
  if (value === undefined) return undefined;
  if (typeof value === 'string' && value !== '') return value;
  throw wrong(name, value, 'a text');
}

function numberOf(name: Name, value: unknown, least: number, most: number): number | undefined {
  if (value === undefined) return undefined;
  const number = typeof value === 'string' && /^\d+$/.test(value) ? Number(value) : value;
  if (typeof number === 'number' && Number.isInteger(number) && number >= least && number <= most) return number;
  throw wrong(name, value, `a whole number from ${least} to ${most}`);
}

const portOf = (name: Name, value: unknown): number | undefined => numberOf(name, value, 0, 65_535);

function booleanOf(name: Name, value: unknown): boolean | undefined {
  if (value === undefined || typeof value === 'boolean') return value;
  if (value === 'true' || value === '1') return true;
  if (value === 'false' || value === '0') return false;
  throw wrong(name, value, 'true or false');
}

function listOf(name: Name, value: unknown, form: string): readonly string[] {
  const items = typeof value === 'string' ? value.split(',') : (value ?? []);
  if (!Array.isArray(items)) throw wrong(name, value, form);
  return items.map((item: unknown) => String(item).trim());
}

function addressesOf(name: Name, value: unknown): readonly string[] {
  for (const text of listOf(name, value, 'a list of host:port')) {
    const port = Number(/:(\d{1,5})$/.exec(text)?.[1] ?? Number.NaN);
    if (!/^(\[[0-9a-f:.]+\]|[^\s:[\]]+):\d+$/i.test(text) || !(port >= 1 && port <= 65_535)) {
      throw wrong(name, text, 'host:port, such as node.example.org:9000');
    }
  }
  return listOf(name, value, 'a list of host:port');
}

function hashOf(name: Name, value: unknown): Hash | undefined {
  if (value === undefined) return undefined;
  if (typeof value === 'string' && isHashText(value)) return value as Hash;
  throw wrong(name, value, '0x and 64 lower-case hex digits');
}

function tlsFilesOf(
  cert: string | undefined,
  key: string | undefined,
  onProblem: (problem: CliProblem) => void,
): TlsFiles | undefined {
  if (cert === undefined && key === undefined) return undefined;
  if (cert !== undefined && key !== undefined) return { cert: resolve(cert), key: resolve(key) };
  onProblem(
    usageProblem('HTTPS needs both a certificate and its key.', 'Give both --http-tls-cert and --http-tls-key.'),
  );
  return undefined;
}

function checkpointOf(value: unknown): Checkpoint | undefined {
  if (value === undefined) return undefined;
  const found = typeof value === 'string' ? /^(0|[1-9][0-9]{0,14}):(0x[0-9a-f]{64})$/.exec(value) : null;
  if (found !== null) return { index: toHeight(Number(found[1])), hash: found[2] as Hash };
  throw wrong('checkpoint', value, 'index:hash, such as 1200:0x and 64 hex digits');
}

/** Keys have the form of hashes. An empty list is a list: it lets nobody in. */
function keysOf(name: Name, value: unknown): readonly PublicKey[] | undefined {
  if (value === undefined) return undefined;
  return listOf(name, value, 'a list of node keys').map((key) => hashOf(name, key)!);
}

/** Without what was not asked for. */
function given<Wishes extends object>(wishes: Wishes): { [Name in keyof Wishes]?: Exclude<Wishes[Name], undefined> } {
  return Object.fromEntries(Object.entries(wishes).filter(([, value]) => value !== undefined)) as never;
}

function oneOf<Word extends string>(name: Name, value: unknown, words: readonly Word[]): Word | undefined {
  if (value === undefined || words.includes(value as Word)) return value as Word | undefined;
  throw wrong(name, value, `one of ${words.join(', ')}`);
}

const wrong = (name: Name, value: unknown, expected: string): WrongValue => new WrongValue(name, value, expected);
