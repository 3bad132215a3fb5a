// What the page asks for. All addresses are relative to the page, whatever stands before it.

export class Problem extends Error {
  constructor(status, title, detail) { super(title); this.status = status; this.detail = detail; }
}

const root = 'api/v1/';

export function path(...parts) { return parts.map(encodeURIComponent).join('/'); }

export async function get(address, query) {
  const search = new URLSearchParams(Object.entries(query ?? {}).filter(([, v]) => v !== null && v !== undefined && v !== ''));
  return read(() => fetch(root + address + (search.size ? '?' + search : ''), { headers: { Accept: 'application/json' }, signal: AbortSignal.timeout(60000) }));
}

export async function act(pipeline, action, body) {
  return read(() => fetch(root + path('pipelines', pipeline, action), {
    method: 'POST', headers: { 'Content-Type': 'application/json', 'CdcLake-Action': action, Accept: 'application/json' }, body: JSON.stringify(body ?? {}),
  }));
}

async function read(send) {
  let answer;
  try { answer = await send(); } catch { throw new Problem(0, 'The application does not answer.', 'It may be restarting. The page tries again by itself.'); }
  const isJson = /json/.test(answer.headers.get('content-type') ?? '');
  if (answer.ok && isJson) return answer.json();
  if (answer.ok) throw new Problem(401, 'Something else answers instead of the dashboard.', 'Perhaps a login that has run out: load the page again.');
  const problem = isJson ? await answer.json().catch(() => null) : null;
  throw new Problem(answer.status, problem?.title ?? `The application answers with ${answer.status}.`, problem?.detail ?? 'A proxy in between, or the application\'s own rules, may be the reason.');
}

// Follows the application; a tab that nobody sees asks for nothing.
export function follow(pipeline, on) {
  let source = null, retry = 0, isOver = false;
  const open = () => {
    clearTimeout(retry);
    if (isOver || source || document.hidden) return;
    source = new EventSource(root + 'live' + (pipeline ? '?pipeline=' + encodeURIComponent(pipeline) : ''));
    for (const name of ['pipelines', 'status', 'events']) source.addEventListener(name, e => { on.connection('live'); on[name]?.(JSON.parse(e.data)); });
    source.onerror = () => {
      on.connection('lost');
      if (source?.readyState === EventSource.CLOSED) { source = null; retry = setTimeout(open, 3000); }
    };
  };
  const close = () => { clearTimeout(retry); source?.close(); source = null; };
  const look = () => { if (document.hidden) close(); else open(); };
  document.addEventListener('visibilitychange', look);
  open();
  return () => { isOver = true; document.removeEventListener('visibilitychange', look); close(); };
}
