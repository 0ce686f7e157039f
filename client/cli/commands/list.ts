/** `wallet list` and `wallet address NAME`: the keys at hand. No node is asked. */
import { addressOfKey } from '../../account.js';
import { isDevelopmentKey } from '../../keystore/key-file.js';
import type { Context } from '../context.js';
import { keystoreFailure, storedKey } from '../names.js';
import { table } from '../terminal.js';

export function listKeys(context: Context): void {
  const prefix = context.offlinePrefix();
  const keys = context.keystore.list().map((key) => {
    if (!key.ok) return { name: key.problem.name, problem: keystoreFailure(key.problem).detail };
    const { name, file } = key.value;
    return { name, address: addressOfKey(`0x${file.pubkey}`, prefix), development: isDevelopmentKey(file) };
  });
  context.terminal.result({ directory: context.keystore.directory, keys }, () => {
    if (keys.length === 0) return `No keys in ${context.keystore.directory}. Make one with \`wallet new NAME\`.`;
    const rows = keys.map((key) =>
      'problem' in key
        ? [key.name, key.problem ?? '', 'damaged']
        : [key.name, key.address, key.development ? 'development, no password' : 'password'],
    );
    return table(['name', 'address', 'protection'], rows);
  });
}

export function showAddress(context: Context, name: string): void {
  const { file, path } = storedKey(context, name);
  const address = addressOfKey(`0x${file.pubkey}`, context.offlinePrefix());
  context.terminal.result({ name, address, public_key: `0x${file.pubkey}`, file: path }, () => address);
}
