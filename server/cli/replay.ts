/** `server replay`: the consensus core again on what a node recorded. Exit code 1 if it does something else, 3 for damage. */
import type { Command } from 'commander';
import { CliProblem, exitCodes } from '../../client/cli/cli-problem.js';
import { counted, createTerminal } from '../../client/cli/terminal.js';
import { createCrypto } from '../crypto/create-crypto.js';
import type { Difference, ReplayReport } from '../recording/replay.js';
import { replayFile } from '../recording/replay-file.js';
import { traceLine } from '../recording/trace-line.js';
import { serverExitCodes } from './server-failure.js';

interface Options {
  readonly trace?: boolean;
  readonly output?: string;
}

export function replay(file: string, command: Command): void {
  const options = command.optsWithGlobals<Options>();
  const terminal = createTerminal(options);
  const report = replayFile(file, {
    crypto: createCrypto(),
    ...(options.trace === true && !terminal.json
      ? { onStep: (line, input, effects) => void process.stdout.write(`${traceLine(line, input, effects)}\n`) }
      : {}),
  });
  terminal.result(report, () => reportText(report));
  const { difference } = report;
  if (difference?.kind === 'damaged') {
    throw new CliProblem(
      'recording_damaged',
      `${file}, line ${difference.line}: ${difference.detail}`,
      'Replay the file as the node wrote it; what stands before that line is the same.',
      serverExitCodes.corruptData,
    );
  }
  if (difference !== undefined) {
    throw new CliProblem(
      'replay_differs',
      `${file}, line ${difference.line}: the core does something else than what was recorded.`,
      'Replay with the version that recorded it (first line, `slotledger`); if that differs too, please report it.',
      exitCodes.failed,
    );
  }
}

function reportText(report: ReplayReport): string {
  const { inputs, effects, difference } = report;
  const count = `${counted(inputs, 'input', inputs.toLocaleString('en'))}, ${counted(effects, 'effect', effects.toLocaleString('en'))}`;
  if (difference === undefined) return [`${count}, same`, ...remarks(report)].join('\n');
  return `${count}, same up to line ${difference.line}\n${differenceText(difference)}`;
}

function remarks({ runs, end, unfinished }: ReplayReport): readonly string[] {
  const lines: string[] = [];
  if (runs !== 1) lines.push(`The node started ${runs} times.`);
  if (end === undefined) lines.push('The last run has no end: the node was killed, or runs still.');
  if (end === 'full') lines.push('The recording ends where the file was full, not where the node stopped.');
  if (end === 'slow') lines.push('The recording ends where the disk did not keep up, not where the node stopped.');
  if (unfinished > 0) lines.push(`Its last line is not finished (${unfinished} bytes) and was left out.`);
  return lines;
}

function differenceText({ detail, input, recorded, replayed }: Difference): string {
  const rows = [
    ['input   ', input],
    ['recorded', recorded],
    ['replayed', replayed],
  ];
  return [detail, ...rows.flatMap(([name, value]) => (value === undefined ? [] : [`${name}  ${value}`]))].join('\n');
}
