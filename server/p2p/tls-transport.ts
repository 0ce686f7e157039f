/**
 * Mutual TLS 1.3 between nodes (`--tls`). The one rule: each side shows a certificate whose key is its node key, and the
 * handshake above must prove that same key; no authority vouches for anybody. What travels inside is the same as
 * without TLS. PROTOCOL section 7.
 */
import { constants } from 'node:crypto';
import type { Socket } from 'node:net';
import { connect, createServer, type TLSSocket } from 'node:tls';
import { err, ok, type Result } from '../../ledger/values/result.js';
import type { PublicKey } from '../../ledger/values/text.js';
import { certificateKey, type NodeCertificate } from '../crypto/node-certificate.js';
import type { Clock } from '../replica/ports.js';
import { encodeLine } from './encode-line.js';
import { HANDSHAKE_TIMEOUT_MS, LINGER_MS } from './limits.js';
import { speaksPlain, TLS_FIRST_BYTE, tlsNeeded } from './tls-words.js';

export interface Secured {
  readonly socket: Socket;
  /** Of the certificate that the far end showed, and proved to hold. */
  readonly key: PublicKey;
}

export interface TlsTransport {
  /** Around a connected socket. @returns a sentence's end if it did not come about; the socket is gone then */
  open(socket: Socket): Promise<Result<Secured, string>>;
  accept(socket: Socket): Promise<Result<Secured, string>>;
}

export function createTlsTransport(certificate: NodeCertificate, clock: Clock): TlsTransport {
  const options = {
    ...certificate,
    minVersion: 'TLSv1.3',
    maxVersion: 'TLSv1.3',
    requestCert: true,
    // Certificates of nodes are signed by nobody else: what counts is the key, and that is checked below.
    rejectUnauthorized: false,
    secureOptions: constants.SSL_OP_NO_TICKET,
  } as const;

  function finish(secure: TLSSocket, resolve: (result: Result<Secured, string>) => void): void {
    const shown = secure.getPeerX509Certificate();
    const key = shown && certificateKey(shown);
    if (key === undefined) {
      secure.destroy();
      resolve(err('it showed no certificate with a node key'));
    } else {
      resolve(ok({ socket: secure, key }));
    }
  }

  function within(socket: Socket, begin: (done: (result: Result<Secured, string>) => void) => void) {
    return new Promise<Result<Secured, string>>((resolve) => {
      const cancel = clock.at(clock.now() + HANDSHAKE_TIMEOUT_MS, () => done(err('TLS took too long')));
      const done = (result: Result<Secured, string>): void => {
        cancel();
        if (!result.ok && !socket.writableEnded) socket.destroy();
        resolve(result);
      };
      socket.once('close', () => done(err('it closed the connection before TLS stood')));
      begin(done);
    });
  }

  return {
    open: (socket) =>
      within(socket, (done) => {
        const secure = connect({ ...options, socket, checkServerIdentity: () => undefined });
        // Stays for as long as the socket lives: a late error must not end the process.
        secure.on('error', (error: NodeJS.ErrnoException) => done(err(openProblem(error))));
        secure.once('secureConnect', () => finish(secure, done));
      }),
    accept: (socket) =>
      within(socket, (done) => {
        socket.on('error', () => {});
        socket.once('data', (first: Buffer) => {
          if (first[0] !== TLS_FIRST_BYTE) {
            refusePlain(socket, clock);
            done(err(speaksPlain));
            return;
          }
          socket.pause();
          socket.unshift(first);
          const server = createServer(options);
          server.once('secureConnection', (secure) => {
            secure.on('error', () => {});
            finish(secure, done);
          });
          server.once('tlsClientError', (error) => done(err(`TLS failed: ${error.message}`)));
          server.emit('connection', socket);
        });
      }),
  };
}

/** Says why in the one way that a plain peer understands. */
function refusePlain(socket: Socket, clock: Clock): void {
  clock.at(clock.now() + LINGER_MS, () => socket.destroy());
  socket.end(encodeLine({ type: 'error', code: 'tls_needed', detail: tlsNeeded }));
}

/** OpenSSL takes the first bytes of a plain line for a TLS record of an unknown version. */
function openProblem({ code, message }: NodeJS.ErrnoException): string {
  return code === 'ERR_SSL_WRONG_VERSION_NUMBER' || code === 'ERR_SSL_PACKET_LENGTH_TOO_LONG'
    ? speaksPlain
    : `TLS failed: ${message}`;
}
