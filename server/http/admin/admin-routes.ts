/** /v1/admin/…: looking after a running node. Every one of them needs an API key with the role admin. */
import { z } from 'zod';
import { parseHostPort } from '../../p2p/host-port.js';
import { BAN_MS, MAX_BAN_MS, MAX_BAN_REASON } from '../../p2p/limits.js';
import { logLevels } from '../../server-options.js';
import type { NodeAdmin } from '../node-admin.js';
import { answer, problem, type Reply } from '../reply.js';
import { count, hash, milliseconds, publicKey } from '../schemas/values.js';
import { type AdminRoute, defineAdminRoute } from './admin-route.js';

const ban = z.strictObject({ node_id: publicKey, until: milliseconds, reason: z.string() }).meta({ id: 'Ban' });
const nodeId = z.object({ node_id: publicKey });
const peerAddress = z.strictObject({
  address: z
    .string()
    .max(261)
    .refine((text) => parseHostPort(text) !== undefined, 'host:port is expected')
    .meta({ example: 'node.example.org:9000' }),
});
const banBody = z.strictObject({
  node_id: publicKey,
  reason: z.string().min(1).max(MAX_BAN_REASON).optional(),
  minutes: z
    .int()
    .min(1)
    .max(MAX_BAN_MS / 60_000)
    .optional()
    .meta({ description: `${BAN_MS / 60_000} if left out` }),
});
const backupBody = z.strictObject({
  name: z.string().regex(/^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$/, 'letters, digits, "-" and "_" are expected'),
});
const logLevel = z.strictObject({ level: z.enum(logLevels) });

const done = (body: unknown, status = 200): Reply => ({ ...answer(body, 'never'), status });

function withPeers({ peers }: NodeAdmin, work: (peers: NonNullable<NodeAdmin['peers']>) => Reply): Reply {
  return peers === undefined ? problem('peers_disabled', 'This node was started without peers.') : work(peers);
}

export const adminRoutes: readonly AdminRoute[] = [
  defineAdminRoute({
    method: 'post',
    path: '/v1/admin/peers',
    id: 'connectPeer',
    summary: 'Connect to a node, and again whenever the connection is lost, until this node stops',
    body: peerAddress,
    answers: { 202: { description: 'It is being dialled', schema: peerAddress } },
    problems: ['peers_disabled'],
    handle: (admin, { body }) =>
      withPeers(admin, (peers) => {
        peers.connect(body.address);
        return done({ address: body.address }, 202);
      }),
  }),
  defineAdminRoute({
    method: 'get',
    path: '/v1/admin/bans',
    id: 'listBans',
    summary: 'Nodes that are refused, until when and why',
    answers: { 200: { description: 'All of them', schema: z.strictObject({ items: z.array(ban) }) } },
    problems: ['peers_disabled'],
    handle: (admin) => withPeers(admin, (peers) => done({ items: peers.bans() })),
  }),
  defineAdminRoute({
    method: 'post',
    path: '/v1/admin/bans',
    id: 'banNode',
    summary: 'Refuse a node for a while, connected or not',
    body: banBody,
    answers: { 200: { description: 'It is refused', schema: ban } },
    problems: ['peers_disabled'],
    handle: (admin, { body }) =>
      withPeers(admin, (peers) => {
        const reason = body.reason ?? 'an operator of this node said so';
        return done(peers.ban(body.node_id as `0x${string}`, reason, body.minutes && body.minutes * 60_000));
      }),
  }),
  defineAdminRoute({
    method: 'delete',
    path: '/v1/admin/bans/{node_id}',
    id: 'liftBan',
    summary: 'Refuse a node no longer',
    params: nodeId,
    answers: { 200: { description: 'It may come', schema: nodeId } },
    problems: ['ban_not_found', 'peers_disabled'],
    handle: (admin, { params }) =>
      withPeers(admin, (peers) =>
        peers.liftBan(params.node_id as `0x${string}`)
          ? done({ node_id: params.node_id })
          : problem('ban_not_found', 'This node is not banned.'),
      ),
  }),
  defineAdminRoute({
    method: 'post',
    path: '/v1/admin/backup',
    id: 'makeBackup',
    summary: 'Copy the ledger of this moment into the home, as backups/<name>.db',
    body: backupBody,
    answers: {
      200: {
        description: 'The copy is complete and on disk',
        schema: z.strictObject({ name: z.string(), index: count, hash, bytes: count }),
      },
    },
    problems: ['backup_exists', 'backup_running', 'backup_failed'],
    async handle(admin, { body: { name } }) {
      const made = await admin.backup(name);
      if (made === 'exists') return problem('backup_exists', `There is a backup ${name} already.`, { path: 'name' });
      if (made === 'busy') return problem('backup_running', 'Another backup is being made.');
      if (made === 'failed') {
        const headers = { 'retry-after': '60' };
        return problem('backup_failed', 'The copy could not be written; the log says why.', { headers });
      }
      return done({ name, index: made.tip.index, hash: made.tip.hash, bytes: made.bytes });
    },
  }),
  defineAdminRoute({
    method: 'get',
    path: '/v1/admin/log-level',
    id: 'getLogLevel',
    summary: 'What the node logs',
    answers: { 200: { description: 'Now', schema: logLevel } },
    handle: (admin) => done({ level: admin.logLevel() }),
  }),
  defineAdminRoute({
    method: 'post',
    path: '/v1/admin/log-level',
    id: 'setLogLevel',
    summary: 'Log more or less, until the node stops',
    body: logLevel,
    answers: { 200: { description: 'From now on', schema: logLevel } },
    handle(admin, { body }) {
      admin.setLogLevel(body.level);
      return done({ level: admin.logLevel() });
    },
  }),
];
