/** Why a port could not be opened, and the command that works. */
import { SlotledgerError } from '../errors.js';

export function listenError(error: NodeJS.ErrnoException, host: string, port: number): SlotledgerError {
  switch (error.code) {
    case 'EADDRINUSE':
      return new SlotledgerError(
        'PORT_IN_USE',
        `Another program listens on ${host}:${port} already.`,
        `Stop it, or choose another port: server start --http-port ${port < 65_535 ? port + 1 : 8080}`,
      );
    case 'EACCES':
      return new SlotledgerError(
        'PORT_NOT_ALLOWED',
        `The system does not let this user listen on ${host}:${port}.`,
        'Choose a port above 1023: server start --http-port 8080',
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
        'Check host and port: server start --http-host 127.0.0.1 --http-port 8080',
      );
  }
}
