/** `server peers`: who the running node is connected to. */
import type { Command } from 'commander';
import type { PeerItem } from '../../client/api-types.js';
import { createTerminal, formatDuration, table } from '../../client/cli/terminal.js';
import { clientFor } from './status.js';

const headings = ['address', 'key', 'direction', 'head', 'offset', 'received', 'sent', 'since'];

export async function showPeers(command: Command): Promise<void> {
  const client = await clientFor(command);
  const peers = await client.peers();
  createTerminal(command.optsWithGlobals()).result({ peers }, () => {
    if (peers.length === 0)
      return 'No peer is connected. Name one with `server start --bootstrap host:port`; `server health` says why one that is named is none.';
    const now = Date.now();
    return table(
      headings,
      peers.map((peer) => row(peer, now)),
    );
  });
}

/** @param now Unix ms */
function row(peer: PeerItem, now: number): string[] {
  const { node_id, address, direction, head, clock_offset_ms, bytes_in, bytes_out, since } = peer;
  return [
    address ?? '(hidden)',
    `${node_id.slice(0, 14)}…`,
    direction,
    String(head.final_index),
    `${clock_offset_ms} ms`,
    formatBytes(bytes_in),
    formatBytes(bytes_out),
    formatDuration(Math.max(0, now - since)),
  ];
}

function formatBytes(bytes: number): string {
  if (bytes < 1024) return `${bytes} B`;
  const kib = bytes / 1024;
  return kib < 1024 ? `${kib.toFixed(1)} KiB` : `${(kib / 1024).toFixed(1)} MiB`;
}
