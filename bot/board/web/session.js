// Signing in and out. A token passes through the form into one request and is kept nowhere.
import { el } from './dom.js';
import { wallKey } from './route.js';

export const onWall = location.pathname === '/wall';
let key = onWall ? wallKey() : '';
addEventListener('hashchange', () => {
  if (onWall && wallKey()) key = wallKey();
});

async function call(method, path, body) {
  let response;
  try {
    response = await fetch(path, {
      method,
      headers: body === undefined ? {} : { 'Content-Type': 'application/json' },
      body: body === undefined ? undefined : JSON.stringify(body),
      credentials: 'same-origin',
      cache: 'no-store',
      signal: AbortSignal.timeout(15_000),
    });
  } catch {
    return { status: 0, error: 'The board does not answer.' };
  }
  const json = await response.json().catch(() => ({}));
  return { status: response.status, ...json };
}

/** { status, principal, name, wall } or { status, error }; status 0: the board does not answer. */
export const whoAmI = () => call('GET', '/api/session');
export const signIn = (token) => call('POST', '/api/session', { token });
export const signInWall = () => call('POST', '/api/wall', { secret: key });
export const signOut = () => call('DELETE', '/api/session');
export const readIncident = (id) => call('GET', `/api/incidents/${id}`);

/** The form; `done` hears who signed in. */
export function signInForm(done, notice) {
  const error = el('p', { class: 'error', role: 'alert', id: 'token-error' });
  const input = el('input', {
    id: 'token', type: 'password', autocomplete: 'off', spellcheck: 'false', required: true,
    'aria-describedby': 'token-help token-error',
  });
  const button = el('button', { type: 'submit', class: 'strong' }, 'Sign in');
  const form = el(
    'form',
    {
      class: 'sign-in',
      async onsubmit(event) {
        event.preventDefault();
        button.disabled = true;
        error.textContent = '';
        const answer = await signIn(input.value);
        button.disabled = false;
        if (answer.status === 200) {
          input.value = '';
          done(answer);
          return;
        }
        error.textContent = answer.error ? sentence(answer.error) : 'That did not work; try again.';
        input.setAttribute('aria-invalid', 'true');
        input.focus();
        input.select();
      },
    },
    el('h1', {}, 'Belfry board'),
    notice ? el('p', { class: 'notice' }, notice) : null,
    el('label', { for: 'token' }, 'Your token'),
    input,
    el('p', { class: 'hint', id: 'token-help' },
      'The one you use with the program belfry. It is kept in the board’s memory until you sign out, and you see what it may see.'),
    error,
    button,
  );
  return { form, focus: () => input.focus() };
}

function sentence(text) {
  return `${text[0].toUpperCase()}${text.slice(1)}${/[.!?]$/.test(text) ? '' : '.'}`;
}
