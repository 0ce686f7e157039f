/**
 * The API keys of a running node. Changes to the file count within a second, without a restart. One rule: a file that
 * cannot be read opens nothing, so then no key is good.
 */
import { statSync } from 'node:fs';
import { type ApiKey, readApiKeys, tokenHash } from './api-keys.js';

/** How often the file is looked at, in ms, and only when a key is shown. */
const lookAgainMs = 1_000;

export interface ApiKeyRing {
  /** The key that this text is, if it is one. */
  find(token: string): ApiKey | undefined;
  all(): readonly ApiKey[];
}

export interface ApiKeyRingOptions {
  readonly path: string;
  /** Milliseconds that only go forward. */
  readonly monotonic: () => number;
  readonly onChange: (keys: readonly ApiKey[]) => void;
  readonly onProblem: (error: Error) => void;
}

/** @throws SlotledgerError KEY_PERMISSIONS, API_KEYS_DAMAGED: a node does not start with keys that it cannot read */
export function openApiKeyRing({ path, monotonic, onChange, onProblem }: ApiKeyRingOptions): ApiKeyRing {
  let stamp = stampOf(path);
  let keys = readApiKeys(path);
  let keyByHash = byHash(keys);
  let lookedAt = monotonic();

  function refresh(): void {
    if (monotonic() - lookedAt < lookAgainMs) return;
    lookedAt = monotonic();
    const now = stampOf(path);
    if (now === stamp) return;
    stamp = now;
    try {
      keys = readApiKeys(path);
    } catch (error) {
      keys = [];
      onProblem(error as Error);
    }
    keyByHash = byHash(keys);
    onChange(keys);
  }

  return {
    find(token) {
      refresh();
      return keyByHash.get(tokenHash(token));
    },
    all() {
      refresh();
      return keys;
    },
  };
}

const byHash = (keys: readonly ApiKey[]): ReadonlyMap<string, ApiKey> => new Map(keys.map((key) => [key.sha256, key]));

/** What changes whenever the file is replaced or edited, or can no longer be looked at. */
function stampOf(path: string): string {
  try {
    const { ino, mtimeMs, ctimeMs, size, mode } = statSync(path);
    return `${ino} ${mtimeMs} ${ctimeMs} ${size} ${mode}`;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code ?? 'error';
  }
}
