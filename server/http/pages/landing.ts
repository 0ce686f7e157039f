/** The page at /: which chain this is, how it fares, and what to try first. Live figures come over /v1/events. */
import type { NodeApi } from '../node-api.js';
import { escapeHtml, page } from './html.js';

export function landingPage(node: NodeApi, version: string): string {
  const { name, development, token } = node.genesis;
  const figure = (id: string, label: string, more = ''): string =>
    `<div class="figure"><dt>${label}</dt><dd id="${id}">–</dd>${more}</div>`;
  const faucet = development
    ? `curl -X POST -H 'content-type: application/json' -d '{"address":"…"}' <span class="node"></span>/v1/faucet`
    : 'npx --no wallet send … 1 --node <span class="node"></span>';
  return page(
    `${name} · slotledger`,
    `<header>
<h1>${escapeHtml(name)} ${development ? '<span class="tag">development chain</span>' : ''}</h1>
<p class="soft">A shared ledger that nobody can rewrite, on slotledger ${escapeHtml(version)}. <span id="health"></span></p>
</header>
<nav><a href="/docs">API</a><a href="/docs/problems">Problems</a><a href="/openapi.json">OpenAPI</a><a href="/v1/status">Status</a><a href="/metrics">Metrics</a></nav>
<dl class="grid">
${figure('height', 'Final block')}
${figure('slot', 'Slot', '<div class="bar"><div id="progress"></div></div>')}
${figure('epoch', 'Epoch')}
${figure('pending', 'Waiting transactions')}
${figure('peers', 'Peers')}
</dl>
<p id="because" class="bad" hidden></p>
<section class="sheet"><h2>Latest final blocks</h2>
<div class="scroll"><table><thead><tr><th class="number">Block</th><th class="number">Slot</th><th class="number">Transactions</th><th>Proposer</th><th>Hash</th></tr></thead><tbody id="blocks"></tbody></table></div>
<p id="none" class="soft" hidden>Nothing has happened yet: blocks are made when there is something to put into them.</p>
</section>
<section class="sheet"><h2>Try it</h2>
<pre><code>npx --no wallet new ann
${faucet}
curl <span class="node"></span>/v1/blocks/latest</code></pre>
<p class="soft">Chain <span class="mono">${escapeHtml(node.chain)}</span>, amounts in 10<sup>−${token.decimals}</sup> ${escapeHtml(token.symbol)}.</p>
</section>
<noscript><p>Live figures need JavaScript; <a href="/v1/status">/v1/status</a> has them too.</p></noscript>`,
    '<script src="/assets/landing.js" defer></script>\n',
  );
}

/** Plain browser code; it runs under a policy that allows scripts from this node only. */
export const landingScript = `'use strict';
const byId = (id) => document.getElementById(id);
const show = (id, text) => { byId(id).textContent = text; };
const short = (hash) => hash.slice(0, 10) + '…' + hash.slice(-6);
const rows = 8;
let status;
let slotMs = 1000;
let skew = 0;
for (const place of document.querySelectorAll('.node')) place.textContent = location.origin;

function row(block, fresh) {
  if (document.getElementById('b' + block.index)) return;
  const line = document.createElement('tr');
  line.id = 'b' + block.index;
  if (fresh) line.className = 'fresh';
  const cell = (text, kind) => {
    const made = document.createElement('td');
    made.textContent = text;
    if (kind) made.className = kind;
    line.append(made);
    return made;
  };
  const link = document.createElement('a');
  link.href = '/v1/blocks/' + block.index;
  link.textContent = block.index;
  cell('', 'number').append(link);
  cell(block.slot, 'number');
  cell(block.count, 'number');
  cell(block.proposer ? short(block.proposer) : '', 'mono');
  cell(short(block.hash), 'mono');
  const body = byId('blocks');
  if (fresh) body.prepend(line); else body.append(line);
  while (body.children.length > rows) body.lastElementChild.remove();
  byId('none').hidden = true;
}

// At most two questions a second, however fast blocks become final.
let due = false;
function refreshSoon() {
  if (due) return;
  due = true;
  setTimeout(() => { due = false; refresh().catch(() => {}); }, 500);
}

async function refresh() {
  status = await (await fetch('/v1/status')).json();
  skew = status.time - Date.now();
  show('height', status.final.index.toLocaleString());
  show('slot', status.slot.toLocaleString());
  show('epoch', status.epoch);
  show('pending', status.pending_transactions.toLocaleString());
  show('peers', status.peers);
  const ready = status.sync.state === 'synced';
  show('health', ready ? 'In step with the chain.' : 'Catching up (' + status.sync.state + ').');
  byId('health').className = ready ? 'good' : 'bad';
  byId('because').hidden = !status.not_final_because;
  show('because', status.not_final_because || '');
}

function tick() {
  if (status) {
    const left = Math.max(0, status.slot_ends_at - Date.now() - skew);
    byId('progress').style.width = Math.min(100, 100 - (100 * left) / slotMs) + '%';
  }
  requestAnimationFrame(tick);
}

async function start() {
  const limits = await (await fetch('/v1/limits')).json();
  slotMs = limits.parameters.slot_duration_ms;
  await refresh();
  const list = await (await fetch('/v1/blocks?limit=' + rows)).json();
  for (const block of list.items) if (block.index > 0) row({ ...block, count: block.transaction_count }, false);
  byId('none').hidden = status.final.index > 0;
  const events = new EventSource('/v1/events?types=final,slot&since=' + status.final.index);
  events.addEventListener('final', (event) => {
    const block = JSON.parse(event.data);
    row({ ...block, count: block.transactions.length }, true);
    refreshSoon();
  });
  events.addEventListener('slot', refreshSoon);
  events.onerror = () => { show('health', 'Connection lost; trying again.'); byId('health').className = 'bad'; };
  tick();
}
start();
`;
