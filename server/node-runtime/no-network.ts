/** The network of a node without peers: nobody hears it and nobody is there. */
import type { Network } from '../replica/ports.js';

export const noNetwork: Network = {
  broadcast: () => {},
  relay: () => {},
  sendToValidator: () => {},
  send: () => {},
  peers: () => [],
};
