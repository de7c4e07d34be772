import { contextBridge, type IpcRendererEvent, ipcRenderer } from 'electron';
import { channelOf, eventChannel, listeningChannel, methods } from '../ipc/channels.ts';
import type { Bridge, Method } from '../ipc/contract.ts';
import type { AppEvent, Outcome } from '../ipc/views.ts';

/**
 * One function per entry of the contract, and `onEvent`. The page gets no `ipcRenderer`, no event object and no
 * channel's name; a channel that fails answers in plain words.
 */
function callOf(method: Method): (request: unknown) => Promise<Outcome<unknown>> {
  const channel = channelOf(method);
  return async (request) => {
    try {
      return await ipcRenderer.invoke(channel, request);
    } catch {
      return { ok: false, error: { error: 'internal_error', error_description: 'Keytray does not answer' } };
    }
  };
}

function onEvent(listener: (event: AppEvent) => void): () => void {
  const heard = (_event: IpcRendererEvent, event: AppEvent): void => listener(event);
  ipcRenderer.on(eventChannel, heard);
  ipcRenderer.send(listeningChannel);
  return () => {
    ipcRenderer.removeListener(eventChannel, heard);
  };
}

const calls = Object.fromEntries(methods.map((method) => [method, callOf(method)]));

contextBridge.exposeInMainWorld('keytray', { ...calls, onEvent } as Bridge);
