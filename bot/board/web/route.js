// The view in the address: "#/", "#/overdue", "#/incidents/DOP-2026-0007", with filters behind "?".
// The wall's key stands there before the first view and is taken out of sight of everything else.

/** { view, id, agency, severity, phase } */
export function current() {
  const hash = location.hash.startsWith('#/') ? location.hash.slice(1) : '/';
  const [path, query = ''] = hash.split('?', 2);
  const parameters = new URLSearchParams(query);
  const filters = {
    agency: parameters.get('agency') ?? '',
    severity: parameters.get('severity') ?? '',
    phase: parameters.get('phase') ?? '',
  };
  const [, first, second] = path.split('/');
  if (first === 'incidents' && /^[A-Za-z0-9-]{1,64}$/.test(second ?? '')) {
    return { view: 'incident', id: second.toUpperCase(), ...filters };
  }
  return { view: first === 'overdue' ? 'overdue' : 'board', id: '', ...filters };
}

/** The address of a view; filters stay unless they are given. */
export function to(path, changes = {}) {
  const { agency, severity, phase } = { ...current(), ...changes };
  const parameters = new URLSearchParams();
  if (agency) parameters.set('agency', agency);
  if (severity) parameters.set('severity', severity);
  if (phase) parameters.set('phase', phase);
  const query = parameters.toString();
  return `#${path}${query ? `?${query}` : ''}`;
}

/** The key in the address of a wall, "/wall#KEY"; empty when there is none. */
export function wallKey() {
  return location.hash.length > 1 && !location.hash.startsWith('#/') ? decodeURIComponent(location.hash.slice(1)) : '';
}
