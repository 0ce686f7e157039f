/** `wallet stake` and `wallet unstake`: stake of the validator that an account owns. */
import { isSetFixed, placePrice } from '../../../ledger/place-price.js';
import type { PublicKey } from '../../../ledger/values/text.js';
import type { ValidatorKeys } from '../../../ledger/values/transaction.js';
import type { Account } from '../../account.js';
import { formatAmount } from '../../amounts.js';
import { proveValidatorKeys } from '../../keystore/validator-home.js';
import type { Intent } from '../../wallet.js';
import { untilCaughtUp } from '../catching-up.js';
import { CliProblem, usageProblem } from '../cli-problem.js';
import type { Context } from '../context.js';
import { openAccount } from '../names.js';
import { confirm, nodeKeyPassword } from '../passwords.js';
import { finalityText, readAmount, type SigningOptions, sentData, signAndSend } from '../payment.js';
import { counted } from '../terminal.js';

export interface StakeOptions extends SigningOptions {
  readonly validatorHome?: string;
  /** Of the keys in that home. */
  readonly keyPasswordFile?: string;
}

export async function stake(context: Context, from: string, amount: string, options: StakeOptions): Promise<void> {
  await untilCaughtUp(context, options);
  const status = await context.chain();
  const units = readAmount(amount, status.token);
  const account = await openAccount(context, from, status.address_prefix);
  const { validator: owned } = await context.client.account(account.address);
  let validator: ValidatorKeys | undefined;
  if (owned === undefined) {
    if (options.validatorHome === undefined) {
      throw usageProblem(
        `${from} owns no validator yet, and its first stake has to name one.`,
        'Add --validator-home with the home of the node that is to validate.',
      );
    }
    const { validatorHome, keyPasswordFile } = options;
    const keys = await proveValidatorKeys(validatorHome, status.chain, account.address, () =>
      nodeKeyPassword(context.terminal, keyPasswordFile, validatorHome),
    );
    if (!keys.ok) throw usageProblem(keys.problem, 'Keys are made with `server keygen --home DIRECTORY`.');
    validator = keys.value;
  } else if (options.validatorHome !== undefined) {
    // An owner's validator is one for ever: who means new keys, since the old ones are lost, must not be led to stake on those.
    throw usageProblem(
      `${from} owns validator ${owned} already, and an account owns one validator for ever.`,
      'Leave out --validator-home to add stake to that one; other keys are staked from an account that owns no validator.',
    );
  }
  const mayBeSentBack = await lookAtSet(context, owned, units);
  const intent: Intent = { type: 'stake', amount: units, ...(validator === undefined ? {} : { validator }) };
  const text = formatAmount(units, status.token);
  await carryOut(
    context,
    account,
    intent,
    options,
    `Bond ${text} of ${from} on ${status.name}?`,
    `Bonded ${text} of ${from}; ${mayBeSentBack ? 'it is sent back unless a place becomes free' : 'it counts from the second epoch change on'}.`,
  );
}

/**
 * Of a full set it only warns: the set may be another one when the stake's turn comes.
 * @returns whether the set, as it is now, has no place for the stake
 * @throws CliProblem set_fixed: the stake would wait for ever, and could not be had back
 */
async function lookAtSet(context: Context, owned: PublicKey | undefined, units: number): Promise<boolean> {
  const [status, limits, epoch] = await Promise.all([
    context.chain(),
    context.limits(),
    context.client.epoch('current'),
  ]);
  const { parameters } = limits;
  const price = placePrice(epoch.validators, parameters);
  const isMember = epoch.validators.some(({ key }) => key === owned);
  if (isSetFixed(epoch.validators, parameters) && (isMember || price === 0)) {
    throw new CliProblem(
      'set_fixed',
      `${fixedText(status.name)} What is bonded would wait for ever and could not be had back.`,
      'Keep it. A chain whose set is to change needs more stake in its genesis, or a greater max_stake_change_ppm.',
    );
  }
  if (isMember || (price !== undefined && units > price)) return false;
  const takes =
    price === undefined
      ? 'no stake takes a place there, since max_stake_change leaves no room for replacing even its least member'
      : `a place there takes more than ${formatAmount(price, status.token)}, the least stake in it`;
  context.terminal.note(
    `The validator set is full, and ${takes}. Unless a place becomes free this stake is sent back: paid out ${counted(parameters.unbonding_epochs, 'epoch')} later.`,
  );
  return true;
}

const fixedText = (name: string): string =>
  `The validator set of ${name} can never change: max_stake_change of all its stake is less than one unit.`;

export async function unstake(context: Context, from: string, amount: string, options: SigningOptions): Promise<void> {
  await untilCaughtUp(context, options);
  const status = await context.chain();
  const units = readAmount(amount, status.token);
  const text = formatAmount(units, status.token);
  const { parameters } = await context.limits();
  const { validators } = await context.client.epoch('current');
  const isFixed = isSetFixed(validators, parameters);
  const paid = isFixed
    ? 'it waits for as long as the validator set cannot change'
    : `it is paid out about ${counted(parameters.unbonding_epochs, 'epoch')} after it left the validator set`;
  const done = `Asked for ${text} of ${from} back; ${paid}.`;
  const intent: Intent = { type: 'unstake', amount: units };
  const account = await openAccount(context, from, status.address_prefix);
  if (isFixed) {
    context.terminal.note(
      `${fixedText(status.name)} What is asked back waits for ever, but for what was bonded in this very epoch.`,
    );
  }
  await carryOut(context, account, intent, options, `Ask for ${text} of ${from} back on ${status.name}?`, done);
}

async function carryOut(
  context: Context,
  account: Account,
  intent: Intent,
  options: SigningOptions,
  question: string,
  done: string,
): Promise<void> {
  const status = await context.chain();
  if (!status.development && !(await confirm(context.terminal, context.options.yes, question))) {
    throw new CliProblem('not_confirmed', 'Nothing was sent.', 'Answer yes to send it.');
  }
  const sent = await signAndSend(context, account, intent, options);
  context.terminal.result(sentData(sent), () => `${done}\n${finalityText(status, sent)}`);
}
