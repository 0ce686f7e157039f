/** What each problem means and what to do, for people. /docs/problems/<code> is the `type` of every error. */
import { isProblemCode, problemCodes, problems } from '../problems.js';
import { escapeHtml, page, proseHtml } from './html.js';

export function problemIndexPage(): string {
  const rows = problemCodes.map((code) => {
    const { status, title } = problems[code];
    return `<tr><td class="number">${status}</td><td><a class="mono" href="/docs/problems/${code}">${code.replaceAll('_', '_<wbr>')}</a></td><td>${escapeHtml(title)}</td></tr>`;
  });
  return page(
    'Problems · slotledger',
    `<h1>Problems</h1>
<p class="soft">Everything that this node can refuse, with a page for each. <a href="/docs">API</a></p>
<section class="sheet scroll"><table><thead><tr><th class="number">Status</th><th>Code</th><th>Title</th></tr></thead>
<tbody>${rows.join('\n')}</tbody></table></section>`,
  );
}

/** undefined: there is no such code. */
export function problemPage(code: string): string | undefined {
  if (!isProblemCode(code)) return undefined;
  const { status, title, meaning, fix } = problems[code];
  const example = { type: `/docs/problems/${code}`, title, status, code, detail: '…', fix };
  return page(
    `${title} · slotledger`,
    `<p class="soft"><a href="/docs/problems">All problems</a></p>
<h1>${escapeHtml(title)}</h1>
<p class="soft">Status ${status}, code <code>${code}</code></p>
<section class="sheet"><h2>What it means</h2><p>${proseHtml(meaning)}</p>
<h2>What to do</h2><p>${proseHtml(fix)}</p>
<h2>How it looks</h2><pre><code>${escapeHtml(JSON.stringify(example, null, 2))}</code></pre></section>`,
  );
}
