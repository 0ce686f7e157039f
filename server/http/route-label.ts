/** Which route template a response belongs to, for metrics: never a path, which would hold accounts and ids. */
import type { ServerResponse } from 'node:http';

const labels = new WeakMap<ServerResponse, string>();

export function labelRoute(response: ServerResponse, template: string): void {
  labels.set(response, template);
}

export const routeLabel = (response: ServerResponse): string => labels.get(response) ?? 'other';
