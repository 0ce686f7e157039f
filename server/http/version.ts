/** The version of this package, from its own package.json. */
import { readFileSync } from 'node:fs';

export function packageVersion(): string {
  for (const path of ['../../package.json', '../../../package.json']) {
    try {
      const { name, version } = JSON.parse(readFileSync(new URL(path, import.meta.url), 'utf8')) as {
        readonly name?: string;
        readonly version?: string;
      };
      if (name === 'slotledger' && version !== undefined) return version;
    } catch {
      // Compiled code stands one folder deeper than its source.
    }
  }
  return '0.0.0';
}
