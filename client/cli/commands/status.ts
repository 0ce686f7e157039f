/** `wallet status ID`: where a transaction stands. */
import type { Hash } from '../../../ledger/values/text.js';
import { formatAmount } from '../../amounts.js';
import type { TransactionAnswer } from '../../api-types.js';
import { CliProblem, exitCodes, usageProblem } from '../cli-problem.js';
import type { Context } from '../context.js';
import { fields, oneLine } from '../terminal.js';

export async function showTransaction(context: Context, id: string): Promise<void> {
  if (!/^0x[0-9a-f]{64}$/.test(id)) {
    const isCut = /^0x[0-9a-f]{0,63}…?$/.test(id);
    throw usageProblem(
      `${id} is ${isCut ? 'cut short: it is not all of' : 'not'} a transaction id.`,
      isCut ? '`wallet history WHO --full` shows ids in full.' : 'An id is 0x and 64 lower-case hex digits.',
    );
  }
  const [status, answer] = await Promise.all([context.chain(), context.client.transaction(id as Hash)]);
  const { transaction, receipt } = answer;
  context.terminal.result(answer, () =>
    fields([
      ['status', statusSentence(answer)],
      ['waiting', answer.not_final_because],
      ['transaction', answer.id],
      ['type', transaction?.type],
      ['from', transaction?.from],
      [
        'to',
        transaction?.type === 'transfer'
          ? transaction.outputs.map(({ to, amount }) => `${to} ${formatAmount(amount, status.token)}`).join('\n    ')
          : undefined,
      ],
      ['fee', transaction === undefined ? undefined : formatAmount(transaction.fee, status.token)],
      ['memo', transaction?.memo === undefined ? undefined : oneLine(transaction.memo)],
      ['block', receipt === undefined ? undefined : `${receipt.index}, position ${receipt.position}`],
    ]),
  );
  if (answer.status === 'rejected' || answer.status === 'expired') {
    throw new CliProblem(
      answer.status,
      `The transaction is ${answer.status}.`,
      'Ask once more, a minute later, before you send it anew: a block that holds it may still become final.',
      exitCodes.refused,
    );
  }
}

function statusSentence(answer: TransactionAnswer): string {
  return answer.reason === undefined ? answer.status : `${answer.status}: ${answer.reason}`;
}
