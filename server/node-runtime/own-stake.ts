/**
 * Bonds the stake that a node registered for itself when it joined a development chain. Its account is a key of the
 * home, named like the stakeholder; whoever wants the node to validate pays that account, and the node bonds. One rule:
 * it bonds once, and never where keys have passwords.
 */
import { randomBytes } from 'node:crypto';
import type { Logger } from 'pino';
import { type Account, accountFromSecret, signTransaction } from '../../client/account.js';
import { developmentKey, isDevelopmentKey } from '../../client/keystore/key-file.js';
import { createKeystore } from '../../client/keystore/keystore.js';
import { proveValidatorKeys } from '../../client/keystore/validator-home.js';
import { toAmount, toNonce } from '../../ledger/values/numbers.js';
import { minimumFee } from '../../ledger/values/parameters.js';
import type { Stake, ValidatorKeys } from '../../ledger/values/transaction.js';
import type { AuditLog } from '../audit/audit-log.js';
import { SlotledgerError } from '../errors.js';
import type { NodeApi } from '../http/node-api.js';
import type { Stakeholder } from './stakeholders.js';

export interface OwnStakeParts {
  readonly api: NodeApi;
  readonly home: string;
  readonly stakeholder: Stakeholder;
  readonly keyPassword: string | undefined;
  readonly log: Pick<Logger, 'info' | 'warn'>;
  readonly audit: Pick<AuditLog, 'record'>;
}

/** Waits for the money, then bonds. @returns what stops the waiting */
export function bondOwnStake({ api, home, stakeholder, keyPassword, log, audit }: OwnStakeParts): () => void {
  const account = ownAccount(home, stakeholder.id, api.genesis.address_prefix);
  let isOver = false;
  const stop = (): void => {
    isOver = true;
    api.events.off('slot', onSlot);
  };
  let asked = false;
  let proved: ReturnType<typeof proveValidatorKeys> | undefined;

  async function tryToBond(): Promise<void> {
    proved ??= proveValidatorKeys(home, api.chain, account.address, async () => keyPassword);
    const keys = await proved;
    if (!keys.ok) throw new Error(keys.problem);
    const state = api.queries.account(account.address);
    if (asked || state === 'pruned') return;
    if (state.validator !== undefined) return stop();
    const nonce = api.pendingNonces(account.address)['0'] ?? state.entry?.nonces['0'] ?? 0;
    const transaction = stakeOf(api, account, keys.value, stakeholder.stake, nonce);
    if ((state.entry?.balance ?? 0) < stakeholder.stake + transaction.fee) return;
    asked = true;
    const validator = transaction.validator?.key ?? '';
    if (!audit.record('keys_used', { signed: 'stake', owner: account.publicKey, validator })) return;
    const [outcome] = await api.submit([transaction]);
    if (outcome?.kind === 'accepted') {
      log.info({ stake: stakeholder.stake, owner: account.address }, 'this node bonds its stake');
      return stop();
    }
    asked = outcome?.kind === 'refused';
    log.warn({ outcome }, 'the stake of this node was not taken');
  }

  /** What fails costs the stake, and not the program around the node. */
  function onSlot(): void {
    tryToBond().catch((error: Error) => {
      // A node that has stopped meanwhile bonds with its next start.
      if (isOver) return;
      stop();
      log.warn({ reason: error.message }, 'this node cannot bond its stake');
    });
  }

  api.events.on('slot', onSlot);
  return stop;
}

function ownAccount(home: string, name: string, prefix: string): Account {
  const keystore = createKeystore(home);
  const stored = keystore.read(name);
  if (stored.ok && isDevelopmentKey(stored.value.file)) {
    return accountFromSecret(Buffer.from(stored.value.file.secret, 'hex'), prefix);
  }
  const secret = randomBytes(32);
  const account = accountFromSecret(secret, prefix);
  const publicKey = Buffer.from(account.publicKey.slice(2), 'hex');
  const added = keystore.add(name, developmentKey({ name, secret, publicKey, path: '' }));
  if (added.ok) return account;
  throw new SlotledgerError(
    'KEY_EXISTS',
    `The key ${name} in ${keystore.directory} cannot own the stake of this node (${added.problem.code}).`,
    'Register the stake under another name.',
  );
}

function stakeOf(api: NodeApi, { address, signer }: Account, validator: ValidatorKeys, stake: number, nonce: number) {
  const unpaid: Stake = {
    type: 'stake',
    chain: api.chain,
    from: address,
    nonce: toNonce(nonce),
    fee: toAmount(0),
    amount: toAmount(stake),
    validator,
  };
  return signTransaction({ ...unpaid, fee: minimumFee(api.genesis.parameters, unpaid) }, signer);
}
