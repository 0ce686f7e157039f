/** What a program gives a Server, looked at before anything starts: JavaScript has no types that would have told. */
import { parameterBounds } from '../ledger/values/parameters.js';
import { isHashText } from '../ledger/values/text-forms.js';
import { SlotledgerError } from './errors.js';
import { anonymousRights } from './http/access.js';
import { mostListeners } from './http/limits.js';
import { parseHostPort } from './p2p/host-port.js';
import { logLevels, type NetworkConfig, type ServerOptions } from './server-options.js';

export function badOption(sentence: string): SlotledgerError {
  return new SlotledgerError('BAD_OPTIONS', sentence, 'Correct it.');
}

/** @throws SlotledgerError BAD_OPTIONS, naming the option */
export function checkServerOptions(options: unknown): void {
  checkAll(options, serverForms, 'A Server');
}

/** @throws SlotledgerError BAD_OPTIONS, naming the option */
export function checkStart(httpPort: unknown, network: unknown): void {
  if (!port.fits(httpPort)) throw badOption(`httpPort ${shown(httpPort)} is not ${port.expected}.`);
  checkAll(network, networkForms, 'start()');
}

interface Form {
  /** Such as `true or false`. */
  readonly expected: string;
  fits(value: unknown): boolean;
  /** The value is not repeated. */
  readonly secret?: true;
}

const form = (expected: string, fits: (value: unknown) => boolean): Form => ({ expected, fits });
const integer = (least: number, most: number): Form =>
  form(
    `a whole number from ${least} to ${most}`,
    (value) => Number.isSafeInteger(value) && (value as number) >= least && (value as number) <= most,
  );
const parameter = (name: 'slot_duration_ms' | 'slots_per_epoch'): Form => integer(...parameterBounds[name]);
const oneOf = (words: readonly string[]): Form =>
  form(`one of ${words.join(', ')}`, (value) => words.includes(value as string));
const listOf = (expected: string, fits: (item: unknown) => boolean): Form =>
  form(`a list of ${expected}`, (value) => Array.isArray(value) && value.every(fits));
const isText = (value: unknown): boolean => typeof value === 'string' && value !== '';
const isHash = (value: unknown): boolean => typeof value === 'string' && isHashText(value);
const isHostPort = (value: unknown): boolean => typeof value === 'string' && parseHostPort(value) !== undefined;
const members = (value: unknown): { readonly [member: string]: unknown } =>
  typeof value === 'object' && value !== null ? (value as { readonly [member: string]: unknown }) : {};

const text = form('a text', isText);
const flag = form('true or false', (value) => typeof value === 'boolean');
const port = integer(0, 65_535);
const hash = form('0x and 64 lower-case hex digits', isHash);

const serverForms: { readonly [Name in keyof Required<ServerOptions>]: Form } = {
  home: text,
  genesis: form('a genesis', (value) => typeof value === 'object' && value !== null),
  keyPassword: { ...form('a text', (value) => typeof value === 'string'), secret: true },
  genesisHash: hash,
  allowRoot: flag,
  checkpoint: form('{ index, hash } of a block', (value) => {
    const { index, hash: of } = members(value);
    return Number.isSafeInteger(index) && (index as number) >= 0 && isHash(of);
  }),
  difficulty: integer(0, 5),
  slotDurationMs: parameter('slot_duration_ms'),
  slotsPerEpoch: parameter('slots_per_epoch'),
  genesisTime: integer(0, Number.MAX_SAFE_INTEGER),
  http: flag,
  httpHost: text,
  httpTls: form('{ cert, key } with the paths of both', (value) => {
    const { cert, key } = members(value);
    return isText(cert) && isText(key);
  }),
  httpAnonymous: oneOf(anonymousRights),
  httpMaxListeners: integer(0, mostListeners),
  metricsPort: port,
  record: text,
  lowMemory: flag,
  logLevel: oneOf(logLevels),
  prettyLogs: flag,
};

const networkForms: { readonly [Name in keyof Required<NetworkConfig>]: Form } = {
  enableP2P: flag,
  nodeId: text,
  bootstrapPeers: listOf('host:port', isHostPort),
  listenAddr: text,
  p2pPort: port,
  maxPeers: integer(1, 1000),
  advertise: form('host:port', isHostPort),
  peerExchange: flag,
  privateMode: flag,
  tls: flag,
  allow: listOf('node keys', isHash),
  deny: listOf('node keys', isHash),
};

function checkAll(options: unknown, forms: { readonly [name: string]: Form }, taker: string): void {
  if (typeof options !== 'object' || options === null || Array.isArray(options)) {
    throw badOption(`${taker} takes its options as an object, not ${shown(options)}.`);
  }
  for (const [name, value] of Object.entries(options)) {
    const expected = Object.hasOwn(forms, name) ? forms[name] : undefined;
    if (expected === undefined) {
      throw badOption(`${taker} has no option "${name}". There are: ${Object.keys(forms).join(', ')}.`);
    }
    // In a language without types, what is not given is often given as undefined.
    if (value === undefined || expected.fits(value)) continue;
    throw badOption(`${name}${expected.secret ? '' : ` ${shown(value)}`} is not ${expected.expected}.`);
  }
}

function shown(value: unknown): string {
  if (typeof value === 'number' || value === undefined) return String(value);
  if (typeof value === 'bigint' || typeof value === 'symbol' || typeof value === 'function') return `a ${typeof value}`;
  return (JSON.stringify(value) ?? String(value)).slice(0, 100);
}
