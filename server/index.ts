/** What programs import from `slotledger`. */
export { Server, type ServerEvents } from './server.js';
export type { LogLevel, NetworkConfig, ServerOptions } from './server-options.js';
