/** `server verify`: the whole ledger again, from genesis on. Exit code 3 when anything in it is not as it should be. */
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { SingleBar } from 'cli-progress';
import type { Command } from 'commander';
import { CliProblem } from '../../client/cli/cli-problem.js';
import { colour, counted, formatDuration } from '../../client/cli/terminal.js';
import { findingText, maxFindings, type Progress, type Report } from '../verify/report.js';
import { verifyChain } from '../verify/verify-chain.js';
import { assertBackup, backupFailure, openFailure } from './ledger-file.js';
import { homeContext, saying } from './server-context.js';
import { serverExitCodes } from './server-failure.js';

const stages: Record<Progress['stage'], string> = { file: 'file', blocks: 'blocks', tables: 'rows' };
const barFormat = '{stage} [{bar}] {value}/{total}, {eta_formatted} left';

export function verify(file: string | undefined, command: Command): void {
  const { paths, terminal } = homeContext(command);
  const path = file === undefined ? undefined : resolve(file);
  const other = path !== undefined && path !== paths.ledger;
  if (other && existsSync(path)) assertBackup(path);
  const bar = terminal.json || process.stderr.isTTY !== true ? undefined : progressBar();
  const report = saying(() => {
    try {
      return verifyChain({
        home: paths.home,
        ...(path === undefined ? {} : { path }),
        onProgress: (progress) => bar?.show(progress),
      });
    } catch (error) {
      throw other ? backupFailure(error, path) : openFailure(error);
    } finally {
      bar?.stop();
    }
  });
  terminal.result(report, () => reportText(report));
  if (report.findings.length === 0) return;
  if (other) {
    throw new CliProblem(
      'backup_damaged',
      `${file} is not what this chain makes it (${countText(report)}).`,
      'Take another backup; the ledger of the home was not looked at.',
      serverExitCodes.corruptData,
    );
  }
  throw new CliProblem(
    'ledger_damaged',
    `The ledger is not what its chain makes it (${countText(report)}).`,
    'Stop the node and run `server repair`; what its blocks do not give comes from its peers when it is started.',
    serverExitCodes.corruptData,
  );
}

/** cli-progress draws at most ten times a second, whatever it is told. */
function progressBar(): { show(progress: Progress): void; stop(): void } {
  const bar = new SingleBar({ format: barFormat, stream: process.stderr, hideCursor: true, clearOnComplete: true });
  let stage: string | undefined;
  return {
    show({ stage: next, done, total }) {
      if (stage === next) {
        bar.update(done);
        return;
      }
      if (stage !== undefined) bar.stop();
      stage = next;
      bar.start(total, done, { stage: stages[next] });
    },
    stop: () => bar.stop(),
  };
}

function reportText(report: Report): string {
  const { index, transactions, certificates, rows, duration_ms, findings } = report;
  const seconds = Math.max(duration_ms, 1) / 1000;
  const speed = `${Math.round(index / seconds).toLocaleString('en')} blocks and ${Math.round(transactions / seconds).toLocaleString('en')} transactions a second`;
  const head = `${report.chain}: ${index} of ${counted(report.tip, 'block')}, ${counted(transactions, 'transaction')}, ${counted(certificates, 'certificate')}, ${counted(rows, 'row')}`;
  const lines = [`${head} in ${formatDuration(duration_ms)} (${speed}).`];
  if (findings.length === 0) return [...lines, colour.green('Everything follows from the genesis file.')].join('\n');
  return [...lines, ...findings.map((finding) => `${colour.red('✗')} ${findingText(finding)}`)].join('\n');
}

function countText({ findings, index, tip }: Report): string {
  if (index < tip) return `blocks after ${index} were not checked`;
  return findings.length >= maxFindings ? `at least ${findings.length} findings` : `findings: ${findings.length}`;
}
