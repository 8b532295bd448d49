// SPDX-License-Identifier: Apache-2.0
'use strict';
const $ = (id) => document.getElementById(id);
let chaos = false;
let watching = false;
let due = 0;
let open = new Set();

function el(tag, attributes, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes || {})) {
    if (name === 'onclick') node.addEventListener('click', value);
    else if (value !== undefined && value !== false) node.setAttribute(name, value);
  }
  for (const child of children) node.append(child);
  return node;
}
function bytes(n) {
  if (n < 0) return 'unknown';
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];
  let unit = 0;
  while (n >= 1024 && unit < units.length - 1) { n /= 1024; unit++; }
  return (unit ? n.toFixed(1) : n) + ' ' + units[unit];
}
function span(ms) {
  if (ms < 0) return 'unknown';
  if (ms < 1000) return ms + ' ms';
  const s = Math.floor(ms / 1000);
  if (s < 120) return s + ' s';
  if (s < 7200) return Math.floor(s / 60) + ' min';
  return Math.floor(s / 3600) + ' h';
}
function when(ms) { return new Date(ms).toLocaleTimeString([], { hour12: false }); }
const TONE = {
  healthy: 'good', idle: 'good', working: 'good', throttled: 'warn', clean: 'good', cleaning: 'good',
  dirty: 'warn', backoff: 'warn', degraded: 'warn', fallingbehind: 'warn', stalled: 'bad',
  uncleanable: 'bad', spinning: 'bad', blocked: 'warn', asked: 'warn', running: 'warn', effective: 'good',
  refused: 'warn', failed: 'bad', known: 'good',
  quarantined: 'bad', dead: 'bad', hung: 'bad', firing: 'bad', pending: 'warn', resolved: 'good',
};
function badge(text) { return el('span', { class: 'badge ' + (TONE[text] || 'unknown') }, text); }

function headers(more) {
  const token = sessionStorage.getItem('token') || '';
  return token ? { ...more, authorization: 'Bearer ' + token } : more;
}
async function get(path) {
  const answer = await fetch(path, { headers: headers({ accept: 'application/json' }) });
  if (answer.status === 401 || answer.status === 403) throw new Error('the token is needed, below');
  if (!answer.ok && answer.status !== 503) throw new Error(path + ': ' + answer.status);
  return answer.json();
}
async function post(path, body) {
  const token = sessionStorage.getItem('token') || '';
  if (!token) {
    say('Enter the token first: it is in the state directory, in the file "token".');
    $('token').focus();
    return;
  }
  try {
    const answer = await fetch(path, {
      method: 'POST',
      headers: { authorization: 'Bearer ' + token, 'content-type': 'application/json' },
      body: body ? JSON.stringify(body) : '',
    });
    const said = await answer.json();
    say(said.message || (said.error + '. ' + (said.nextStep || '')));
  } catch (e) { say('The service did not answer.'); }
  soon();
}
function say(text) { $('said').textContent = text; }
function act(name, verb) {
  post('/api/v1/partitions/' + encodeURIComponent(name) + '/' + verb, { reason: 'from the page' });
}

/** New content; what had the keyboard's focus has it again, if it is still there. */
function renew(list, nodes) {
  const target = $(list);
  const active = document.activeElement;
  const focused = active && target.contains(active) ? active.id : '';
  target.replaceChildren(...nodes);
  if (focused && $(focused)) $(focused).focus({ preventScroll: true });
}
function fill(list, nodes, none) {
  renew(list, nodes.length ? nodes : [el('li', { class: 'quiet' }, none)]);
}
function answer(id, verb, confirm) {
  let named = '';
  if (confirm && verb === 'approve') {
    named = window.prompt('Name the producer id whose transaction is aborted.') || '';
    if (!named) return;
  }
  post('/api/v1/remedies/' + encodeURIComponent(id) + '/' + verb, { reason: 'from the page', confirm: named });
}
function remedy(r) {
  const node = el('li', {}, el('div', { class: 'top' },
    el('strong', {}, '#' + r.id + ' ' + r.remedy + ' ' + r.subject), badge(r.state)),
    el('p', {}, r.why), el('p', { class: 'quiet' }, (r.outcome || r.question) + ' \u00b7 ' + when(r.changedMs)));
  if (r.state === 'asked') {
    node.append(el('p', { class: 'row' },
      el('button', { id: 'yes-' + r.id, type: 'button', onclick: () => answer(r.id, 'approve', r.confirm) }, 'do it'),
      el('button', { id: 'no-' + r.id, type: 'button', onclick: () => answer(r.id, 'decline') }, 'no')));
  }
  return node;
}
function source(s) {
  return el('li', {}, el('div', { class: 'top' }, el('strong', {}, s.option), badge(s.state)),
    el('p', { class: 'quiet' }, s.state === 'known' ? 'seen ' + span(s.ageMs) + ' ago'
      : s.why + '. It would add ' + s.wouldAdd + '.'));
}
function numbers(status) {
  const broker = status.broker || {};
  const all = watching ? [
    ['Broker', broker.nodeId < 0 ? 'unknown' : broker.nodeId + (broker.version ? ' (' + broker.version + ')' : '')],
    ['Partitions', status.partitions], ['Thread deaths', status.deaths],
    ['Isolated topics', status.isolatedTopics.join(', ') || 'none'], ['Alerts firing', status.alertsFiring],
    ['Remedies', status.remedies ? 'by policy' : 'off'],
  ] : [
    ['Partitions', status.partitions], ['Cleans', status.cleans],
    ['Reclaimed', bytes(status.reclaimedBytes)], ['Read', bytes(status.bytesRead)],
    ['Worker restarts', status.workerRestarts], ['Alerts firing', status.alertsFiring],
    ['Throttle', status.throttleBytesPerSecond < 0 ? 'none' : bytes(status.throttleBytesPerSecond) + '/s'],
  ];
  $('numbers').replaceChildren(...all.map(([name, value]) =>
    el('div', {}, el('dt', {}, name), el('dd', {}, String(value)))));
}
function overall(status) {
  const badge = $('overall');
  const text = !status.healthy ? 'supervisor not well' : !status.ready ? 'not ready'
    : status.alertsFiring ? status.alertsFiring + (status.alertsFiring > 1 ? ' alerts' : ' alert') : 'all well';
  badge.textContent = text;
  badge.className = 'badge ' + (!status.healthy || !status.ready ? 'bad' : status.alertsFiring ? 'warn' : 'good');
  $('detail').textContent = status.detail + (status.journalProblem ? '; ' + status.journalProblem : '');
  document.title = 'Kleaner: ' + text;
}
/** What can be opened, and stays as it is when its content is renewed. */
function opening(id, title, content) {
  const node = el('details', {}, el('summary', { id: id }, title), content);
  node.open = open.has(id);
  node.addEventListener('toggle', () => node.open ? open.add(id) : open.delete(id));
  return node;
}
function worker(w) {
  const node = el('li', {}, el('div', { class: 'top' }, el('strong', {}, w.id), badge(w.state)),
    el('p', {}, w.partition ? w.partition + ' \u00b7 ' + w.phase.toLowerCase() : w.evidence),
    el('p', { class: 'quiet' }, 'got on ' + span(w.heartbeatAgeMs) + ' ago' + (watching ? ''
      : ' \u00b7 restarts ' + w.restarts + ' \u00b7 read ' + bytes(w.bytesRead))));
  if (chaos) {
    const row = el('p', { class: 'row' });
    for (const fault of ['oom', 'stackoverflow', 'linkage', 'interrupt', 'hang']) {
      row.append(el('button', { id: 'chaos-' + w.id + '-' + fault, type: 'button',
        onclick: () => post('/api/v1/workers/' + encodeURIComponent(w.id) + '/chaos?fault=' + fault) }, fault));
    }
    node.append(opening('faults-' + w.id, 'fault switch', row));
  }
  return node;
}
function dir(d) {
  return el('li', {}, el('div', { class: 'top' }, el('strong', {}, d.logDir), badge(d.verdict)),
    el('p', {}, d.partitions + ' partitions, ' + d.quarantined + ' in quarantine, ' + bytes(d.dirtyBytes) + ' dirty'),
    el('p', { class: 'quiet' }, bytes(d.freeBytes) + ' free \u00b7 looked at ' + span(d.scanAgeMs) + ' ago'
      + (d.fullInMs >= 0 ? ' \u00b7 full in ' + span(d.fullInMs) : '')));
}
function alert(a) {
  return el('li', {}, el('div', { class: 'top' }, el('strong', {}, a.rule), badge(a.state)),
    el('p', {}, a.summary), el('p', { class: 'quiet' }, a.subject + ' \u00b7 since ' + when(a.sinceMs)
      + (a.occurrences > 1 ? ' \u00b7 ' + a.occurrences + ' times' : '')),
    el('p', {}, a.nextStep));
}
/** Its reason without its name, which stands beside it. */
function bare(p) {
  for (const name of [p.logDir + ':' + p.partition, p.partition]) {
    if (p.reason.startsWith(name + ' ')) return p.reason.slice(name.length + 1);
    if (p.reason.startsWith(name + ': ')) return p.reason.slice(name.length + 2);
  }
  return p.reason;
}
function sentence(text) { return /[.!?]$/.test(text) ? text : text + '.'; }
function row(p) {
  const name = watching ? p.partition : p.logDir + ':' + p.partition;
  const unknown = p.dirtyRatio < 0;
  const held = p.state === 'quarantined' || p.state === 'backoff';
  const buttons = el('td', {}, el('span', { class: 'row' },
    watching && !held ? el('button', { id: 'isolate-' + name, type: 'button', onclick: () => act(name, 'quarantine') }, 'isolate topic')
      : held ? el('button', { id: 'release-' + name, type: 'button', onclick: () => act(name, 'release') }, 'release')
      : el('button', { id: 'clean-' + name, type: 'button', onclick: () => act(name, 'clean') }, 'clean')));
  if (!held && !watching) buttons.firstChild.append(el('button', { id: 'q-' + name, type: 'button', onclick: () => act(name, 'quarantine') }, 'quarantine'));
  return el('tr', {}, el('td', {}, el('strong', {}, p.partition)), el('td', {}, badge(p.state)),
    unknown ? el('td', {}, 'unknown') : el('td', {},
      el('progress', { max: 1, value: p.dirtyRatio, 'aria-label': 'dirty ratio of ' + p.partition }),
      ' ' + Math.round(p.dirtyRatio * 100) + ' %'),
    el('td', { class: 'num' }, bytes(p.dirtyBytes)), el('td', { class: 'num' }, bytes(p.sizeBytes)),
    el('td', { class: 'why' }, sentence(bare(p)) + (held && p.nextStep ? ' ' + p.nextStep : '')), buttons);
}
const BAD = ['WORKER_DEAD', 'WORKER_HUNG', 'BUDGET_SPENT', 'PARTITION_QUARANTINED', 'REMEDIES_OFF', 'LOG_DIR_BLIND', 'CULPRIT_FOUND', 'REMEDY_FAILED'];
const GOOD = ['WORKER_RESTARTED', 'PARTITION_RELEASED', 'PARTITION_MOVING', 'LOG_DIR_SEEN', 'SERVICE_STARTED', 'PARTITION_RECOVERED', 'CONDITION_ENDED', 'REMEDY_EFFECTIVE'];
function incident(i) {
  const tone = BAD.includes(i.kind) ? 'bad' : GOOD.includes(i.kind) ? 'good' : 'warn';
  const node = el('li', { class: tone }, el('span', { class: 'text' },
    el('time', { datetime: new Date(i.atMs).toISOString() }, when(i.atMs)),
    el('strong', {}, i.kind.toLowerCase().replaceAll('_', ' ')), ' ' + i.summary));
  if (i.evidence && i.evidence !== i.summary) {
    node.append(opening('evidence-' + i.id, 'evidence', el('pre', {}, i.evidence)));
  }
  return node;
}
let running = false;
async function refresh() {
  if (running) { due = 1; return; }
  running = true;
  due = 0;
  try {
    const state = $('state').value;
    const search = $('filter').value.trim();
    const [status, workers, partitions, incidents, alerts, remedies] = await Promise.all([
      get('/api/v1/status'), get('/api/v1/workers?limit=1000'),
      get('/api/v1/partitions?order=dirtiest&limit=200' + (state ? '&state=' + state : '')
        + (search ? '&search=' + encodeURIComponent(search) : '')),
      get('/api/v1/incidents?limit=50'), get('/api/v1/alerts?limit=1000'), get('/api/v1/remedies?limit=20')]);
    chaos = status.chaos;
    watching = status.kind === 'watch';
    $('h-workers').textContent = watching ? 'Cleaner threads of the broker' : 'Workers';
    for (const id of ['remedy-section', 'source-section']) $(id).hidden = !watching;
    fill('remedies', remedies.items.map(remedy), 'None was called for.');
    fill('sources', (status.sources || []).map(source), 'None yet.');
    overall(status);
    numbers(status);
    fill('workers', workers.items.map(worker), 'No workers yet.');
    fill('dirs', status.logDirs.map(dir), 'None was looked at yet.');
    const live = alerts.items.filter((a) => a.state !== 'resolved');
    const over = alerts.items.filter((a) => a.state === 'resolved').slice(0, 3);
    fill('alerts', live.concat(over).map(alert), 'Nothing to tell.');
    renew('rows', partitions.items.map(row));
    $('shown').textContent = partitions.items.length + ' of ' + partitions.total;
    fill('incidents', incidents.items.map(incident), 'Nothing has happened yet.');
    document.body.dataset.ready = 'yes';
  } catch (e) {
    $('overall').textContent = 'no answer';
    $('overall').className = 'badge bad';
    $('detail').textContent = String(e.message || e);
  } finally {
    running = false;
    if (due) soon();
  }
}
let timer = 0;
function soon() {
  if (!timer) timer = setTimeout(() => { timer = 0; refresh(); }, 250);
}
let pulse = 0;
function heard(type) {
  if (type !== 'status' || ++pulse % 4 === 0) soon();
}
/** By fetch, not EventSource: that one can't send a token, which is needed away from loopback. */
async function listen() {
  try {
    const answer = await fetch('/api/v1/events', { headers: headers({ accept: 'text/event-stream' }) });
    if (!answer.ok) throw new Error(String(answer.status));
    $('link').textContent = 'live';
    const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
    let text = '';
    for (let part = await reader.read(); !part.done; part = await reader.read()) {
      text += part.value;
      const lines = text.split('\n');
      text = lines.pop();
      for (const line of lines) if (line.startsWith('event: ')) heard(line.slice(7));
    }
  } catch (e) { /* Tried again below. */ }
  $('link').textContent = 'reconnecting';
  soon();
  setTimeout(listen, 2000);
}
$('token-form').addEventListener('submit', (event) => {
  event.preventDefault();
  sessionStorage.setItem('token', $('token').value.trim());
  $('token').value = '';
  say('The token is kept in this tab until it is closed.');
  soon();
});
$('filter').addEventListener('input', soon);
$('state').addEventListener('change', soon);
refresh();
if (new URLSearchParams(location.search).has('still')) {
  // As it is now and no further: for a report, or a picture of it.
  $('link').textContent = 'as of ' + when(Date.now());
} else {
  listen();
  setInterval(refresh, 5000);
}
