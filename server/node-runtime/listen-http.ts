/** What listens for HTTP: the API, and the metrics on a port of their own. One rule: both speak TLS or neither does. */
import type { Logger } from 'pino';
import type { ApiKeyRing } from '../home/api-key-ring.js';
import { createHttpServer, type HttpServer } from '../http/http-server.js';
import { createHttpMetrics } from '../http/metrics.js';
import { createMetricsServer } from '../http/metrics-server.js';
import type { NodeAdmin } from '../http/node-admin.js';
import type { NodeApi } from '../http/node-api.js';
import { packageVersion } from '../http/version.js';
import type { ServerOptions } from '../server-options.js';

export interface HttpParts {
  readonly server: ServerOptions;
  /** 0 takes a free one. */
  readonly port: number;
  readonly api: NodeApi;
  readonly admin: NodeAdmin;
  readonly findKey: ApiKeyRing['find'];
  readonly log: Logger;
  /** Told how to close what listens, as soon as it does. */
  readonly onListening: (close: () => Promise<void>) => void;
}

export interface HttpPorts {
  readonly httpPort: number | undefined;
  readonly metricsPort: number | undefined;
}

/** Rejects with a SlotledgerError (PORT_IN_USE and kin). */
export async function listenHttp(parts: HttpParts): Promise<HttpPorts> {
  const { server, api, log, onListening } = parts;
  const host = server.httpHost ?? '127.0.0.1';
  const tls = server.httpTls;
  let httpPort: number | undefined;
  let metrics: HttpServer['metrics'] | undefined;
  if (server.http !== false) {
    const http = createHttpServer({
      node: api,
      ...(tls === undefined ? {} : { tls }),
      findKey: parts.findKey,
      ...(server.httpAnonymous === undefined ? {} : { anonymous: server.httpAnonymous }),
      ...(server.httpMaxListeners === undefined ? {} : { limits: { maxListeners: server.httpMaxListeners } }),
      admin: parts.admin,
      host,
      port: parts.port,
      log,
    });
    httpPort = (await http.listen()).port;
    onListening(() => http.close());
    metrics = http.metrics;
  }
  if (server.metricsPort === undefined) return { httpPort, metricsPort: undefined };
  const source = metrics ?? createHttpMetrics(api, packageVersion(), () => performance.now());
  const own = createMetricsServer({ metrics: source, tls, log, host, port: server.metricsPort });
  const metricsPort = await own.listen();
  onListening(() => own.close());
  log.info({ port: metricsPort }, 'metrics listen');
  return { httpPort, metricsPort };
}
