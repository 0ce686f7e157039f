/** etcd with its defaults: puts of 16-byte keys and 256-byte values over gRPC, to one node and to three on this machine. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';
import { freePort } from '../../free-ports.js';
import { findProgram, type Running, removeDirectory, runProgram, startProgram, temporaryDirectory } from './child.js';
import { closedLoop } from './closed-loop.js';
import { NotHere, type Rival } from './rival.js';

const clients = 256;
const valueBytes = 256;

/** The one call that is measured, as etcd's API names it. */
const proto = `syntax = "proto3";
package etcdserverpb;
message PutRequest { bytes key = 1; bytes value = 2; }
message PutResponse {}
service KV { rpc Put(PutRequest) returns (PutResponse); }
`;

export const etcd = (nodes: number): Rival => ({
  name: nodes === 1 ? 'etcd, one node' : `etcd, ${nodes} nodes on this machine`,
  write: `a put of ${valueBytes} bytes`,
  promise: nodes === 1 ? 'on disk' : 'on the disks of a majority; any operator of one can rewrite it',
  async measure(seconds, tools) {
    const program = findProgram('etcd', ['/usr/bin'], 'apt-get install etcd-server');
    const directory = temporaryDirectory();
    const running: Running[] = [];
    try {
      const members = [];
      for (let i = 0; i < nodes; i += 1) {
        members.push({ name: `n${i}`, client: await freePort(), peer: await freePort() });
      }
      const cluster = members.map(({ name, peer }) => `${name}=http://127.0.0.1:${peer}`).join(',');
      const started = members.map(({ name, client, peer }) => {
        const own = `http://127.0.0.1:${client}`;
        const toPeers = `http://127.0.0.1:${peer}`;
        const args = ['--name', name, '--data-dir', join(directory, name), '--initial-cluster', cluster];
        args.push('--listen-client-urls', own, '--advertise-client-urls', own, '--logger', 'zap');
        args.push('--listen-peer-urls', toPeers, '--initial-advertise-peer-urls', toPeers);
        return startProgram(program, args, () => healthy(own));
      });
      running.push(...(await Promise.all(started)));
      const putters = members.map(({ client }) => createPutter(tools, directory, `127.0.0.1:${client}`));
      const put = (client: number, n: number): Promise<void> => putters[client % nodes]!(`k${n}`.padEnd(16, '.'));
      const alone = await closedLoop(seconds, 1, 1, put);
      const many = await closedLoop(seconds, clients, 1, put);
      return {
        version: runProgram(program, ['--version']).split('\n')[0] ?? '',
        perSecond: many.perSecond,
        clients: `${clients}`,
        p50Ms: alone.p50Ms,
        p99Ms: alone.p99Ms,
      };
    } finally {
      await Promise.all(running.map((one) => one.stop()));
      removeDirectory(directory);
    }
  },
});

async function healthy(url: string): Promise<void> {
  const answer = await fetch(`${url}/health`);
  if (!(await answer.text()).includes('true')) throw new Error('not yet');
}

interface GrpcLibrary {
  readonly credentials: { createInsecure(): unknown };
  loadPackageDefinition(definition: unknown): { etcdserverpb: { KV: new (address: string, how: unknown) => KvClient } };
}

interface KvClient {
  Put(request: { key: Buffer; value: Buffer }, done: (error: Error | null) => void): void;
}

function createPutter(tools: string, directory: string, address: string): (key: string) => Promise<void> {
  const [grpc, loader] = loadGrpc(tools);
  mkdirSync(directory, { recursive: true });
  const file = join(directory, 'kv.proto');
  writeFileSync(file, proto);
  const { KV } = grpc.loadPackageDefinition(loader.loadSync(file)).etcdserverpb;
  const client = new KV(address, grpc.credentials.createInsecure());
  const value = Buffer.alloc(valueBytes, 1);
  return (key) =>
    new Promise((done, failed) => {
      client.Put({ key: Buffer.from(key), value }, (error) => (error === null ? done() : failed(error)));
    });
}

function loadGrpc(tools: string): [GrpcLibrary, { loadSync(file: string): unknown }] {
  const require = createRequire(join(resolve(tools), 'package.json'));
  try {
    return [require('@grpc/grpc-js'), require('@grpc/proto-loader')];
  } catch {
    throw new NotHere(`its client is not installed: npm install --prefix ${tools} @grpc/grpc-js @grpc/proto-loader`);
  }
}
