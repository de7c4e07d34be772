import { useSyncExternalStore } from 'react';
import type { LoginView, Settings } from '../../ipc/views.ts';
import { type AppState, afterEvent, emptyState, withActivity, withLogin } from './app-state.ts';
import { ask } from './bridge.ts';
import { showPage } from './route.ts';

let state: AppState = emptyState;
const listeners = new Set<() => void>();

function change(next: AppState): void {
  state = next;
  for (const listener of listeners) listener();
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** Listens to the main process for as long as the window is there. */
export function startListening(): void {
  window.keytray.onEvent((event) => {
    if (event.type === 'show') showPage(event.page, event.account);
    else change(afterEvent(state, event));
  });
  void ask('activity')
    .then((activity) => change(withActivity(state, [...state.activity, ...activity])))
    .catch(() => undefined);
}

export const rememberLogin = (login: LoginView): void => change(withLogin(state, login));
export const rememberSettings = (settings: Settings): void => change(afterEvent(state, { type: 'settings', settings }));

/** The state, and a new drawing on every change of the part `select` picks. */
export function useApp<Part>(select: (state: AppState) => Part): Part {
  return useSyncExternalStore(subscribe, () => select(state));
}
