/** A peer as the API shows it. */
import type { PeerSummary } from '../http/node-api.js';
import type { PeerView } from '../p2p/peer-network.js';

export const peerSummary = (view: PeerView): PeerSummary => ({
  node_id: view.node,
  address: view.address,
  hidden: view.isHidden,
  direction: view.direction === 'inbound' ? 'in' : 'out',
  final_index: view.head.final_index,
  clock_offset_ms: Math.round(view.clockOffsetMs ?? 0),
  bytes_in: view.bytesIn,
  bytes_out: view.bytesOut,
  since: Math.round(view.connectedAt),
});
