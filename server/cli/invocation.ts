/** How the user can call our programs from where they stand, so that every command we print works as printed. */

import { readFileSync, realpathSync } from 'node:fs';
import { dirname, join, relative, resolve, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { shellQuote } from '../../client/cli/shell-quote.js';

export interface Invocation {
  /** Such as `npx --no wallet`. */
  readonly wallet: string;
  readonly server: string;
}

const packageRoot = fileURLToPath(new URL('../../../', import.meta.url));

/** @param program the path that this process was started with: argv[1] */
export function findInvocation(program: string, cwd: string): Invocation {
  if (isOurPackage(cwd)) return { wallet: 'npx --no wallet', server: 'npx --no server' };
  if (!program.endsWith('.js')) {
    const linked = resolve(cwd, 'node_modules', '.bin') + sep;
    const name = program.startsWith(linked) ? 'npx --no slotledger' : 'slotledger';
    return { wallet: `${name} wallet`, server: name };
  }
  const bin = (name: string): string => shellQuote(shorter(join(packageRoot, 'dist/server/bin', `${name}.js`), cwd));
  return { wallet: `node ${bin('wallet')}`, server: `node ${bin('server')}` };
}

/** A path under the home directory of the user, as people write it; the shell reads it back. */
export function tildePath(path: string, home: string | undefined): string {
  if (home === undefined) return shellQuote(path);
  if (path !== home && !path.startsWith(home + sep)) return shellQuote(path);
  const rest = path.slice(home.length);
  return rest === shellQuote(rest) || rest === '' ? `~${rest}` : shellQuote(path);
}

/** npx looks in the package of the directory we stand in, or of one above it. */
function isOurPackage(cwd: string): boolean {
  for (let directory = cwd; ; directory = dirname(directory)) {
    try {
      const { name } = JSON.parse(readFileSync(join(directory, 'package.json'), 'utf8')) as { name?: unknown };
      return name === 'slotledger' && realpathSync(directory) === realpathSync(packageRoot);
    } catch {
      if (dirname(directory) === directory) return false;
    }
  }
}

function shorter(path: string, cwd: string): string {
  const near = relative(cwd, path);
  return near.length < path.length ? near : path;
}
