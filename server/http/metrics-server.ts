/**
 * `GET /metrics` on a port of its own, so that a monitor may reach it where the API may not be reached. It answers
 * nothing else. Its one rule: what it tells is what `/metrics` of the API tells.
 */
import type { AddressInfo } from 'node:net';
import { listenError } from './listen-error.js';
import type { HttpMetrics } from './metrics.js';
import { createWebServer, type WebServerParts } from './tls-files.js';

export interface MetricsServerOptions {
  readonly metrics: Pick<HttpMetrics, 'text' | 'contentType'>;
  readonly tls: WebServerParts['tls'];
  readonly log: WebServerParts['log'];
  readonly host: string;
  /** 0 takes a free one. */
  readonly port: number;
}

export interface MetricsServer {
  /** @returns the port. Rejects with a SlotledgerError (PORT_IN_USE and kin). */
  listen(): Promise<number>;
  close(): Promise<void>;
}

/** A monitor needs one connection; more than a few are something else. */
const maxConnections = 16;

export function createMetricsServer({ metrics, tls, log, host, port }: MetricsServerOptions): MetricsServer {
  const handle: WebServerParts['handle'] = (request, response) => {
    const found = request.method === 'GET' && request.url === '/metrics';
    if (!found) {
      response.writeHead(404, { 'content-type': 'text/plain' }).end('Only GET /metrics is answered here.\n');
      return;
    }
    metrics.text().then(
      (text) => response.writeHead(200, { 'content-type': metrics.contentType }).end(text),
      () => response.writeHead(500).end(),
    );
  };
  const { server, stop } = createWebServer({ tls, log, options: {}, handle });
  server.maxConnections = maxConnections;
  return {
    listen: () =>
      new Promise((resolve, reject) => {
        server.once('error', (error) => reject(listenError(error, host, port, '--metrics-port')));
        server.listen(port, host, () => resolve((server.address() as AddressInfo).port));
      }),
    close: () =>
      new Promise((resolve) => {
        stop();
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
