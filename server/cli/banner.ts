/**
 * What `server start` says once it runs. On a development chain it ends with lines to copy, which work as printed from
 * where the user stands: three, or two where the home has not the key that pays.
 */

import { shellQuote } from '../../client/cli/shell-quote.js';
import { colour } from '../../client/cli/terminal.js';
import { type Invocation, tildePath } from './invocation.js';

export interface BannerFacts {
  readonly version: string;
  readonly chain: string;
  readonly development: boolean;
  readonly home: string;
  /** The user's own home directory; there may be none. */
  readonly userHome: string | undefined;
  /** Absent: HTTP is off. */
  readonly httpUrl?: string;
  /** Absent: peers are off. */
  readonly p2p?: string;
  readonly role: 'validator' | 'observer';
  readonly finalIndex: number;
  /** Whether the home has the key of the treasury: a node that joined a chain has not. */
  readonly hasTreasury: boolean;
  readonly invocation: Invocation;
  /** Whether the wallet finds this home and this URL without being told. */
  readonly homeIsDefault: boolean;
  readonly urlIsDefault: boolean;
}

export function bannerText(facts: BannerFacts): string {
  const rows: (readonly [string, string])[] = [
    ['chain', `${facts.chain}, final up to block ${facts.finalIndex}`],
    ['home', tildePath(facts.home, facts.userHome)],
    ['HTTP', facts.httpUrl === undefined ? 'off' : `${facts.httpUrl}  ${colour.dim('(API explained at /docs)')}`],
    ['peers', facts.p2p ?? 'off'],
  ];
  const kind = `${facts.development ? 'development ' : ''}${facts.role}`;
  const head = `  ${colour.bold(colour.green('●'))} ${colour.bold(`slotledger ${facts.version}`)}  ${kind}`;
  const lines = ['', head, '', ...rows.map(([name, value]) => `    ${colour.dim(name.padEnd(6))} ${value}`)];
  if (facts.development && facts.httpUrl !== undefined) {
    lines.push(
      '',
      '  Its keys have no passwords: for trying things out only. In another terminal:',
      '',
      ...exampleCommands(facts).map((command) => `    ${colour.cyan(command)}`),
    );
  }
  lines.push('', `  ${colour.dim('Ctrl-C stops it.')}`, '');
  return lines.join('\n');
}

function exampleCommands(facts: BannerFacts): readonly string[] {
  const flags = [
    facts.homeIsDefault ? '' : ` --home ${tildePath(facts.home, facts.userHome)}`,
    facts.urlIsDefault ? '' : ` --node ${facts.httpUrl}`,
  ].join('');
  return [
    `${facts.invocation.wallet} balance treasury${flags}`,
    ...(facts.hasTreasury ? [`${facts.invocation.wallet} send treasury shop 5${flags}`] : []),
    `curl -s ${shellQuote(`${facts.httpUrl}/v1/status`)}`,
  ];
}
