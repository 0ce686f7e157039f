/**
 * HTTP requests as bytes: the routes that the node says it has, with fitting parameters, then changed in path, query,
 * headers, body and framing. Bytes and not a client's calls, since a client would mend most of it.
 */
import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib';
import type { Random } from '../../server/simulator/random.js';
import type { Hand } from './forge.js';
import { mutateBytes } from './mutate-bytes.js';
import { mutateValue } from './mutate-value.js';
import { oddManner, plain, writeJson } from './write-json.js';

export interface RouteShape {
  readonly method: string;
  /** With `{name}` for parameters. */
  readonly path: string;
  readonly query: readonly string[];
  readonly hasBody: boolean;
}

export interface HttpInput {
  /** `METHOD path` of the route aimed at. */
  readonly route: string;
  readonly bytes: Buffer;
  /** The fuzzer stops in the middle and leaves. */
  readonly abandoned: boolean;
  readonly isStream: boolean;
}

interface OpenApi {
  readonly paths: {
    readonly [path: string]: {
      readonly [method: string]: {
        readonly parameters?: readonly { in: string; name: string }[];
        readonly requestBody?: unknown;
      };
    };
  };
}

/** Every route of an OpenAPI document, and some that stand beside it. */
export function routesOf(document: OpenApi): RouteShape[] {
  const described = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, { parameters = [], requestBody }]) => ({
      method: method.toUpperCase(),
      path,
      query: parameters.filter((parameter) => parameter.in === 'query').map(({ name }) => name),
      hasBody: requestBody !== undefined,
    })),
  );
  const beside = ['/', '/docs', '/docs/problems', '/docs/problems/expired', '/docs/api', '/favicon.ico', '/nowhere'];
  return [...described, ...beside.map((path) => ({ method: 'GET', path, query: [], hasBody: false }))];
}

const odd = [
  ...['0', '1', '-1', '00', '1e3', '9007199254740991', '9007199254740992', '1'.repeat(400), '0x1', 'latest', 'current'],
  ...[
    '',
    '.',
    '..',
    '%2e%2e',
    '..%2f..%2fetc%2fpasswd',
    '%00',
    '%',
    '%zz',
    '%c0%af',
    '%ff',
    '%F0%9F%92%A5',
    'a'.repeat(8_000),
  ],
  ...[
    'null',
    'undefined',
    'NaN',
    '__proto__',
    'constructor',
    '[]',
    '{}',
    ';',
    ' ',
    '+',
    '\t',
    '"',
    "'",
    '<script>',
    '\\',
    '*',
    '#x',
  ],
];
const types = ['final', 'transaction', 'final,transaction,evidence,epoch,slot', 'final,final', 'nothing', ','];

export function createRequests(hand: Hand, routes: readonly RouteShape[], forgePayment: (random: Random) => unknown) {
  function parameter(random: Random, name: string): string {
    if (random.chance(350_000)) return random.pick(odd);
    const account = random.pick(hand.accounts).address;
    switch (name) {
      case 'address':
        return random.chance(100_000) ? account.toUpperCase() : account;
      case 'at':
        return random.pick(['latest', String(random.below(hand.final().index + 3)), hand.heard.hash(random)]);
      case 'id':
      case 'hash':
        return hand.heard.hash(random);
      case 'epoch':
        return random.pick(['current', String(random.below(hand.final().epoch + 3))]);
      case 'cursor':
        return random.pick([
          'MA',
          'MTAw',
          'x',
          Buffer.from(`${random.below(100)}.${random.below(100)}`).toString('base64url'),
        ]);
      case 'types':
        return random.pick(types);
      case 'since':
        return random.pick(['0', String(hand.final().index), '1.0', '1.1', '999999']);
      case 'wait':
        return random.pick(['final', 'pending', '']);
      default:
        return String(random.pick([0, 1, 2, 20, 100, 101, 1_000, 1_001, 60_000, 60_001]));
    }
  }

  function target(random: Random, route: RouteShape): string {
    let path = route.path.replace(/\{(\w+)\}/g, (_, name: string) => parameter(random, name));
    if (random.chance(60_000))
      path = random.pick([
        `/${path}`,
        `${path}/`,
        path.toUpperCase(),
        `${path}/${random.pick(odd)}`,
        `http://127.0.0.1${path}`,
        path.slice(1),
        '*',
      ]);
    const query: string[] = [];
    for (const name of route.query) if (random.chance(400_000)) query.push(`${name}=${parameter(random, name)}`);
    if (random.chance(60_000))
      query.push(
        random.pick([
          'x=1',
          'limit=1&limit=2',
          '=',
          '&',
          '?',
          '__proto__=1',
          'limit[]=1',
          `${'q'.repeat(3_000)}=1`,
          random.pick(odd),
        ]),
      );
    return query.length === 0 ? path : `${path}?${query.join('&')}`;
  }

  /** At most eight different ones. */
  function repeated(random: Random, count: number): unknown[] {
    const few = Array.from({ length: Math.min(8, count) }, () => forgePayment(random));
    return Array.from({ length: count }, (_, i) => few[i % few.length]);
  }

  function body(random: Random): Buffer {
    const payments = (): unknown =>
      random.chance(200_000) ? repeated(random, random.pick([0, 1, 2, 50, 1_001])) : forgePayment(random);
    let value: unknown = random.chance(850_000)
      ? payments()
      : random.pick([
          { address: hand.accounts[0]!.address },
          { address: hand.accounts[0]!.address, amount: random.below(5) },
          [],
          {},
          null,
          7,
          'x',
        ]);
    for (let changes = random.pick([0, 1, 1, 2]); changes > 0; changes--) {
      value = mutateValue(random, value, () => hand.heard.any(random) ?? {}).value;
    }
    const text = Buffer.from(writeJson(value, random.chance(150_000) ? oddManner(random) : plain));
    if (random.chance(20_000)) return Buffer.alloc(random.pick([1_048_575, 1_048_576, 1_048_577, 3_000_000]), ' ');
    return random.chance(150_000) ? mutateBytes(random, text, 2_000_000) : text;
  }

  function headers(random: Random, host: string): string[] {
    const lines = [
      `Host: ${random.chance(50_000) ? random.pick(['evil.example', '', 'localhost', '[::1]:1', '127.0.0.1.evil.example', 'a'.repeat(500), '127.0.0.1, evil']) : host}`,
    ];
    const maybe = (perMillion: number, ...choices: readonly string[]): void => {
      if (random.chance(perMillion)) lines.push(random.pick(choices));
    };
    maybe(30_000, 'Host: evil.example', 'host: localhost');
    maybe(
      60_000,
      'Origin: https://evil.example',
      'Origin: null',
      `Origin: http://${host}`,
      'Sec-Fetch-Site: cross-site',
    );
    maybe(
      150_000,
      'Accept: text/html',
      'Accept: application/json',
      'Accept: */*;q=',
      'Accept: text/event-stream',
      'Accept: ,,,',
    );
    maybe(
      150_000,
      'Accept-Encoding: gzip',
      'Accept-Encoding: br;q=1, *;q=0',
      'Accept-Encoding: identity;q=0',
      'Accept-Encoding: zstd',
    );
    maybe(
      100_000,
      'If-None-Match: *',
      'If-None-Match: W/"x"',
      `If-None-Match: "${'e'.repeat(200)}"`,
      'If-Modified-Since: yesterday',
      'Range: bytes=0-1',
    );
    maybe(60_000, 'Last-Event-ID: 1.0', 'Last-Event-ID: -1', `Last-Event-ID: ${'9'.repeat(40)}`, 'Last-Event-ID: 0.0');
    maybe(
      60_000,
      'Authorization: Bearer x',
      'Authorization: Basic eDp4',
      'Authorization:',
      'X-API-Key: 0',
      'Cookie: a=b',
      'X-Forwarded-For: 10.0.0.1',
      'Forwarded: for=1',
    );
    maybe(
      30_000,
      `X-Long: ${'h'.repeat(17_000)}`,
      'X Bad: 1',
      'X-Null: \u0000',
      ': nothing',
      'X-Fold: a\r\n b',
      `${'X-Many: 1\r\n'.repeat(300)}X-End: 1`,
      'X-Latin: \u00ff',
    );
    maybe(
      30_000,
      'Expect: 100-continue',
      'Expect: 200-maybe',
      'Upgrade: websocket\r\nConnection: Upgrade',
      'Upgrade: h2c',
      'TE: trailers',
      'Max-Forwards: 0',
    );
    return lines;
  }

  /** How a body is told: rightly most of the time. */
  function framed(random: Random, content: Buffer): { readonly lines: string[]; readonly content: Buffer } {
    const lines = [
      `Content-Type: ${random.chance(900_000) ? 'application/json' : random.pick(['text/plain', '', 'application/json; charset=utf-16', 'application/x-www-form-urlencoded', 'multipart/form-data; boundary=x', 'application/json;;'])}`,
    ];
    let sent = content;
    if (random.chance(80_000)) {
      const [name, pack] = random.pick([
        ['gzip', gzipSync],
        ['deflate', deflateSync],
        ['br', brotliCompressSync],
        ['identity', (same: Buffer) => same],
        ['nothing', (same: Buffer) => same],
      ] as const);
      lines.push(`Content-Encoding: ${name}`);
      sent = pack(random.chance(100_000) ? Buffer.alloc(20_000_000) : content);
    }
    switch (random.below(12)) {
      case 0:
        lines.push('Transfer-Encoding: chunked');
        return { lines, content: chunked(random, sent) };
      case 1:
        lines.push(
          `Content-Length: ${random.pick([0, sent.length + 10, Math.max(0, sent.length - 3), -1, 1e15, '1x', ' 3', '3, 3'])}`,
        );
        return { lines, content: sent };
      case 2:
        lines.push(
          `Content-Length: ${sent.length}`,
          random.pick([
            'Transfer-Encoding: chunked',
            'Content-Length: 1',
            'Transfer-Encoding: gzip',
            'Transfer-Encoding: chunked, chunked',
          ]),
        );
        return { lines, content: sent };
      case 3:
        return { lines, content: sent };
      default:
        lines.push(`Content-Length: ${sent.length}`);
        return { lines, content: sent };
    }
  }

  return (random: Random, host: string): HttpInput => {
    const route = random.pick(routes);
    const method = random.chance(850_000)
      ? route.method
      : random.pick([
          'GET',
          'HEAD',
          'POST',
          'PUT',
          'DELETE',
          'OPTIONS',
          'PATCH',
          'TRACE',
          'CONNECT',
          'BREW',
          'get',
          '',
        ]);
    const hasBody = route.hasBody ? random.chance(950_000) : random.chance(50_000);
    const { lines, content } = hasBody ? framed(random, body(random)) : { lines: [], content: Buffer.alloc(0) };
    const version = random.chance(970_000)
      ? 'HTTP/1.1'
      : random.pick(['HTTP/1.0', 'HTTP/2.0', 'HTTP/0.9', 'HTCPCP/1.0', '']);
    const connection = random.chance(700_000) ? ['Connection: close'] : [];
    const head = [`${method} ${target(random, route)} ${version}`, ...headers(random, host), ...connection, ...lines];
    let bytes = Buffer.concat([Buffer.from(`${head.join('\r\n')}\r\n\r\n`, 'latin1'), content]);
    if (random.chance(30_000)) bytes = Buffer.from(mutateBytes(random, bytes, 4_000_000));
    const abandoned = random.chance(30_000);
    if (abandoned) bytes = bytes.subarray(0, random.below(bytes.length));
    return { route: `${route.method} ${route.path}`, bytes, abandoned, isStream: route.path === '/v1/events' };
  };
}

function chunked(random: Random, content: Buffer): Buffer {
  const size = random.chance(800_000)
    ? content.length.toString(16)
    : random.pick(['ffffffffffffffff', '-1', 'zz', '0', '']);
  const end = random.chance(800_000)
    ? '\r\n0\r\n\r\n'
    : random.pick(['', '\r\n', '\r\n0\r\nX-T: 1\r\n\r\n', '\r\n0\r\n\r\nGET / HTTP/1.1\r\n\r\n']);
  return Buffer.concat([Buffer.from(`${size}\r\n`), content, Buffer.from(end)]);
}
