/**
 * HTTPS by the certificate and key in two files, which may be replaced while the node runs. One rule: new files are taken
 * when they belong together; until then the old ones stay.
 */
import { createPrivateKey, X509Certificate } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import { createServer as createPlainServer, type RequestListener, type Server, type ServerOptions } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { createSecureContext } from 'node:tls';
import { SlotledgerError } from '../errors.js';
import { watchEnd } from './certificate-end.js';

export interface TlsFiles {
  /** PEM: the certificate of this node, then those of its issuers. */
  readonly cert: string;
  /** PEM, without a password. */
  readonly key: string;
}

export interface WebServer {
  readonly server: Server;
  /** Ends the looking at the files. */
  readonly stop: () => void;
}

export interface WebServerParts {
  readonly tls: TlsFiles | undefined;
  readonly options: ServerOptions;
  readonly log: {
    info(fields: object, text: string): void;
    warn(fields: object, text: string): void;
    error(fields: object, text: string): void;
  };
  readonly handle: RequestListener;
}

/** How often the files are looked at, in ms. */
const lookAgainMs = 1_000;

/** HTTP, or HTTPS if there are files. @throws SlotledgerError TLS_FILES_INVALID or KEY_PERMISSIONS */
export function createWebServer({ tls, options, log, handle }: WebServerParts): WebServer {
  if (tls === undefined) return { server: createPlainServer(options, handle), stop: () => {} };
  let stamp = stampOf(tls);
  const { certificate, ...files } = readTls(tls);
  const server = createTlsServer({ ...options, ...files, minVersion: 'TLSv1.2' }, handle);
  const end = watchEnd(tls.cert, Date.now, (sentence) => log.warn({}, sentence));
  end.taken(certificate);
  end.look();
  const takeNew = (): void => {
    const now = stampOf(tls);
    if (now === stamp) return;
    stamp = now;
    try {
      const { certificate, ...files } = readTls(tls);
      server.setSecureContext({ ...files, minVersion: 'TLSv1.2' });
      end.taken(certificate);
      log.info({ cert: tls.cert }, 'HTTPS has a new certificate');
    } catch (error) {
      log.error({ reason: (error as Error).message }, 'HTTPS keeps its old certificate');
    }
  };
  const timer = setInterval(() => {
    takeNew();
    end.look();
  }, lookAgainMs);
  timer.unref();
  return { server, stop: () => clearInterval(timer) };
}

interface ReadFiles {
  readonly cert: Buffer;
  readonly key: Buffer;
  readonly certificate: X509Certificate;
}

function readTls({ cert, key }: TlsFiles): ReadFiles {
  const invalid = (file: string, what: string): SlotledgerError =>
    new SlotledgerError(
      'TLS_FILES_INVALID',
      `${file} ${what}.`,
      'Name PEM files that belong together, the certificate of this node before those of its issuers.',
    );
  const read = (file: string): Buffer => {
    try {
      return readFileSync(file);
    } catch (error) {
      throw invalid(file, `cannot be read (${(error as NodeJS.ErrnoException).code ?? 'error'})`);
    }
  };
  const files = { cert: read(cert), key: read(key) };
  if ((statSync(key).mode & 0o007) !== 0) {
    throw new SlotledgerError('KEY_PERMISSIONS', `${key} can be read by everybody.`, `Run: chmod o-rwx ${key}`);
  }
  let certificate: X509Certificate;
  try {
    certificate = new X509Certificate(files.cert);
  } catch {
    throw invalid(cert, 'is not a certificate');
  }
  let belongs: boolean;
  try {
    belongs = certificate.checkPrivateKey(createPrivateKey(files.key));
  } catch {
    throw invalid(key, 'is not a private key without a password');
  }
  if (!belongs) throw invalid(key, `is not the key of ${cert}`);
  try {
    createSecureContext({ ...files, minVersion: 'TLSv1.2' });
  } catch (error) {
    throw invalid(cert, `cannot be shown to clients (${(error as Error).message})`);
  }
  return { ...files, certificate };
}

/** What changes whenever one of the files is replaced, also by way of a link, or can no longer be looked at. */
const stampOf = ({ cert, key }: TlsFiles): string => `${stampOfFile(cert)} ${stampOfFile(key)}`;

function stampOfFile(file: string): string {
  try {
    const { ino, mtimeMs, ctimeMs, size } = statSync(file);
    return `${ino} ${mtimeMs} ${ctimeMs} ${size}`;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code ?? 'error';
  }
}
