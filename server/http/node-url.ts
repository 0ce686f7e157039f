/** How this machine reaches a node that listens for HTTP. 0.0.0.0 and :: mean every address: it has one of its own. */
export function urlOfNode(host: string, port: number, tls: boolean): string {
  return `http${tls ? 's' : ''}://${reachable(host)}:${port}`;
}

function reachable(host: string): string {
  if (host === '0.0.0.0' || host === '::') return '127.0.0.1';
  return host.includes(':') ? `[${host}]` : host;
}
