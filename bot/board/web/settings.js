// What this browser remembers: how the page looks, and nothing about anybody.

const KEY = 'belfry-board';

function read() {
  try {
    return JSON.parse(localStorage.getItem(KEY)) ?? {};
  } catch {
    return {};
  }
}

const settings = read();

function write() {
  try {
    localStorage.setItem(KEY, JSON.stringify(settings));
  } catch {
    // A browser that keeps nothing shows the board all the same.
  }
}

const dark = matchMedia('(prefers-color-scheme: dark)');

/** 'light' or 'dark'. */
export function theme() {
  return settings.theme ?? (dark.matches ? 'dark' : 'light');
}

export function applyTheme() {
  document.documentElement.dataset.theme = theme();
}
dark.addEventListener('change', applyTheme);

export function toggleTheme() {
  settings.theme = theme() === 'dark' ? 'light' : 'dark';
  write();
  applyTheme();
}

/** Whether times are told in the government's zone instead of the viewer's. */
export function serverZone() {
  return settings.serverZone === true;
}

export function toggleZone() {
  settings.serverZone = !serverZone();
  write();
}
