import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createContext, runInContext } from 'node:vm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildElectron } from '../../../build/vite.electron.ts';
import { channelOf, eventChannel, listeningChannel, methods } from '../../../ipc/channels.ts';
import type { Bridge } from '../../../ipc/contract.ts';

type Heard = (event: unknown, ...rest: unknown[]) => void;

/** Electron's side of a preload script, as far as this one goes. */
class RendererSide {
  readonly exposed = new Map<string, unknown>();
  readonly invoked: unknown[][] = [];
  readonly sent: unknown[][] = [];
  readonly listeners = new Map<string, Heard[]>();
  answer: () => Promise<unknown> = async () => ({ ok: true, value: 'answer' });

  readonly electron = {
    contextBridge: {
      exposeInMainWorld: (name: string, api: unknown) => void this.exposed.set(name, api),
    },
    ipcRenderer: {
      invoke: (...call: unknown[]) => {
        this.invoked.push(call);
        return this.answer();
      },
      send: (...call: unknown[]) => void this.sent.push(call),
      on: (channel: string, heard: Heard) => void this.listeners.set(channel, [...this.heardOn(channel), heard]),
      removeListener: (channel: string, heard: Heard) =>
        void this.listeners.set(
          channel,
          this.heardOn(channel).filter((other) => other !== heard),
        ),
    },
  };

  heardOn(channel: string): Heard[] {
    return this.listeners.get(channel) ?? [];
  }
}

describe('the preload script, as it is built', () => {
  let folder: string;
  let script: string;

  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'keytray-preload-'));
    await buildElectron(path.resolve(import.meta.dirname, '../../..'), folder);
    script = await readFile(path.join(folder, 'preload.cjs'), 'utf8');
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  function load(): { readonly side: RendererSide; readonly bridge: Bridge; readonly required: readonly string[] } {
    const side = new RendererSide();
    const required: string[] = [];
    const require = (name: string): unknown => {
      required.push(name);
      if (name !== 'electron') throw new Error(`a sandboxed preload script cannot have ${name}`);
      return side.electron;
    };
    const module = { exports: {} };
    runInContext(script, createContext({ require, module, exports: module.exports }));
    return { side, bridge: side.exposed.get('keytray') as Bridge, required };
  }

  it('is one file that needs Electron alone', async () => {
    expect((await readdir(folder)).filter((name) => name.startsWith('preload') && !name.endsWith('.map'))).toEqual([
      'preload.cjs',
    ]);
    expect(load().required).toEqual(['electron']);
    expect(script).not.toMatch(/\bimport\s*\(|^import /m);
  });

  it('exposes the contract and nothing else', () => {
    const { side, bridge } = load();
    expect([...side.exposed.keys()]).toEqual(['keytray']);
    expect(Object.keys(bridge).sort()).toEqual([...methods, 'onEvent'].sort());
  });

  it('sends each call over its own channel, with the request alone', async () => {
    const { side, bridge } = load();
    for (const method of methods) {
      const call = bridge[method] as (...parts: unknown[]) => Promise<unknown>;
      expect(await call({ account: 'lab' }, 'more', 'than asked')).toEqual({ ok: true, value: 'answer' });
      expect(side.invoked.at(-1)).toEqual([channelOf(method), { account: 'lab' }]);
    }
  });

  it('hands a page neither event objects nor the names of channels', async () => {
    const { side, bridge } = load();
    const told: unknown[][] = [];
    const stop = bridge.onEvent((...parts: unknown[]) => void told.push(parts));
    expect(side.sent).toEqual([[listeningChannel]]);
    const [heard] = side.heardOn(eventChannel);
    heard?.({ sender: 'ipcRenderer', ports: [] }, { type: 'settings' }, 'more');
    expect(told).toEqual([[{ type: 'settings' }]]);
    expect(stop()).toBe(undefined);
    expect(side.heardOn(eventChannel)).toEqual([]);

    side.answer = () => Promise.reject(new Error("Error invoking remote method 'keytray:status': gone"));
    const failed = JSON.stringify(await bridge.status(undefined));
    expect(failed).toContain('internal_error');
    expect(failed).not.toContain('keytray:');
    expect(JSON.stringify(Object.entries(bridge))).not.toContain('keytray:');
  });
});
