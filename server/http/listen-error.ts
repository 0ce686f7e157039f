/** Why a port could not be opened, and the command that works. */
import { SlotledgerError } from '../errors.js';

/** @param option of `server start`, by which the port is chosen */
export function listenError(
  error: NodeJS.ErrnoException,
  host: string,
  port: number,
  option: '--http-port' | '--metrics-port' = '--http-port',
): SlotledgerError {
  const usual = option === '--http-port' ? 8080 : 9464;
  switch (error.code) {
    case 'EADDRINUSE':
      return new SlotledgerError(
        'PORT_IN_USE',
        `Another program listens on ${host}:${port} already.`,
        `Stop it, or choose another port: server start ${option} ${port < 65_535 ? port + 1 : usual}`,
      );
    case 'EACCES':
      return new SlotledgerError(
        'PORT_NOT_ALLOWED',
        `The system does not let this user listen on ${host}:${port}.`,
        `Choose a port above 1023: server start ${option} ${usual}`,
      );
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
      return new SlotledgerError(
        'ADDRESS_NOT_AVAILABLE',
        `This machine has no network address ${host}.`,
        'Listen on an address of this machine: server start --http-host 127.0.0.1',
      );
    default:
      return new SlotledgerError(
        'LISTEN_FAILED',
        `HTTP cannot listen on ${host}:${port} (${error.code ?? error.message}).`,
        `Check host and port: server start --http-host 127.0.0.1 ${option} ${usual}`,
      );
  }
}
