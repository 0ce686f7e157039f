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
<p class="soft">A shared ledger that nobody can rewrite, on slotledger ${escapeHtml(version)}. <span id="health" role="status"></span></p>
</header>
<nav><a href="/docs">API</a><a href="/docs/problems">Problems</a><a href="/openapi.json">OpenAPI</a><a href="/v1/status">Status</a><a href="/metrics">Metrics</a></nav>
<noscript><p>Live figures need JavaScript; <a href="/v1/status">/v1/status</a> and <a href="/v1/blocks">/v1/blocks</a> have them too.</p></noscript>
<dl class="grid">
${figure('height', 'Final block')}
${figure('slot', 'Slot', '<div class="bar"><div id="progress"></div></div>')}
${figure('epoch', 'Epoch')}
${figure('pending', 'Waiting transactions')}
${figure('peers', 'Peers')}
</dl>
<p id="because" class="bad" role="status" hidden></p>
<section class="sheet"><h2>Latest final blocks</h2>
<div class="scroll"><table><thead><tr><th class="number">Block</th><th class="number">Slot</th><th class="number">Transactions</th><th>Proposer</th><th>Hash</th></tr></thead><tbody id="blocks"></tbody></table></div>
<p id="none" class="soft" hidden>Nothing has happened yet: blocks are made when there is something to put into them.</p>
</section>
<section class="sheet"><h2>Try it</h2>
<pre><code>npx --no wallet new ann
${faucet}
curl <span class="node"></span>/v1/blocks/latest</code></pre>
<p class="soft">Chain <span class="mono">${escapeHtml(node.chain)}</span>, amounts in 10<sup>−${token.decimals}</sup> ${escapeHtml(token.symbol)}.</p>
</section>`,
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
let heardAt;
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

function trouble(text) {
  show('health', text);
  byId('health').className = 'bad';
}
const unwell = (error) => trouble(error.isRefusal ? error.message : 'The node does not answer; trying again.');

async function ask(path) {
  const response = await fetch(path);
  const answer = await response.json();
  if (!response.ok) throw Object.assign(new Error(answer.detail + ' ' + answer.fix), { isRefusal: true });
  return answer;
}

// At most two questions a second, however fast blocks become final.
let due = false;
function refreshSoon() {
  if (due) return;
  due = true;
  setTimeout(() => { due = false; refresh().catch(unwell); }, 500);
}

async function refresh() {
  const before = status;
  status = await ask('/v1/status');
  // Another chain is served here now: nothing on this page is of it.
  if (before && before.genesis_hash !== status.genesis_hash) location.reload();
  skew = status.time - Date.now();
  show('height', status.final.index.toLocaleString());
  show('slot', status.slot.toLocaleString());
  show('epoch', status.epoch.toLocaleString());
  show('pending', status.pending_transactions.toLocaleString());
  show('peers', status.peers);
  const { sync, not_final_because: because = '' } = status;
  if (sync.state === 'syncing') trouble('Catching up, towards block ' + sync.target_index.toLocaleString() + '.');
  else if (sync.state === 'waiting') trouble(sync.unsure_because || 'No peer is connected.');
  else if (because) trouble('Something waits that is not becoming final.');
  else {
    show('health', 'In step with the chain.');
    byId('health').className = 'good';
  }
  byId('because').hidden = because === '';
  show('because', because);
}

function tick() {
  if (status) {
    const left = Math.max(0, status.slot_ends_at - Date.now() - skew);
    byId('progress').style.width = Math.min(100, 100 - (100 * left) / slotMs) + '%';
  }
  if (heardAt && Date.now() - heardAt > 5000 + 3 * slotMs) trouble('Nothing has been heard of the node for a while.');
  requestAnimationFrame(tick);
}

function listen() {
  const events = new EventSource('/v1/events?types=final,slot&since=' + status.final.index);
  events.addEventListener('final', (event) => {
    const block = JSON.parse(event.data);
    row({ ...block, count: block.transactions.length }, true);
    refreshSoon();
  });
  events.addEventListener('slot', (event) => {
    const { slot } = JSON.parse(event.data);
    heardAt = Date.now();
    status.slot_ends_at += (slot - status.slot) * slotMs;
    status.slot = slot;
    show('slot', slot.toLocaleString());
    refreshSoon();
  });
  events.onerror = () => {
    heardAt = undefined;
    trouble('Connection lost; trying again.');
    // A browser tries again by itself where the connection broke, but not where it was refused.
    if (events.readyState === EventSource.CLOSED) setTimeout(start, 5000);
  };
}

async function start() {
  try {
    slotMs = (await ask('/v1/limits')).parameters.slot_duration_ms;
    await refresh();
    const list = await ask('/v1/blocks?limit=' + rows);
    byId('blocks').replaceChildren();
    for (const block of list.items) if (block.index > 0) row({ ...block, count: block.transaction_count }, false);
    byId('none').hidden = status.final.index > 0;
    listen();
  } catch (error) {
    unwell(error);
    setTimeout(start, 5000);
  }
}
start();
tick();
`;
