/** Which commit is checked out, for telling runs apart. */
import { spawnSync } from 'node:child_process';

/** First digits of the commit, with `+` if files had changed; undefined outside a repository or without git. */
export function checkedOutCommit(): string | undefined {
  const { status, stdout } = spawnSync('git', ['describe', '--always', '--dirty=+', '--exclude=*', '--abbrev=12'], {
    cwd: new URL('.', import.meta.url),
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  return status === 0 ? stdout.trim() : undefined;
}
