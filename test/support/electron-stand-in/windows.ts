import type * as E from 'electron';
import { app } from './app.ts';
import { machine } from './machine.ts';
import { sessionOf } from './session.ts';
import { PreventableEvent, StrictEmitter } from './strict-emitter.ts';

/** One frame of a page. */
export class StandInFrame implements Pick<E.WebFrameMain, 'origin' | 'url'> {
  readonly url: string;

  constructor(url: string) {
    this.url = url;
  }

  get origin(): string {
    const { protocol, host } = new URL(this.url);
    return `${protocol}//${host}`;
  }
}

type ContentsMembers = 'send' | 'isDestroyed' | 'setWindowOpenHandler';

export class StandInWebContents extends StrictEmitter implements Pick<E.WebContents, ContentsMembers> {
  readonly testEvents = [
    'will-navigate',
    'will-redirect',
    'will-frame-navigate',
    'will-attach-webview',
    'render-process-gone',
    'destroyed',
  ];
  /** What arrived in the page. */
  readonly testSent: { readonly channel: string; readonly given: readonly unknown[] }[] = [];
  mainFrame = new StandInFrame('about:blank');
  #openHandler: ((details: E.HandlerDetails) => E.WindowOpenHandlerResponse) | undefined;
  #destroyed = false;

  send(channel: string, ...given: unknown[]): void {
    if (this.#destroyed) throw new TypeError('Object has been destroyed');
    this.testSent.push({ channel, given: structuredClone(given) });
  }

  isDestroyed(): boolean {
    return this.#destroyed;
  }

  setWindowOpenHandler(handler: (details: E.HandlerDetails) => E.WindowOpenHandlerResponse): void {
    this.#openHandler = handler;
  }

  /** The page, or what runs in it, wants to go elsewhere. True: it may. */
  testNavigate(event: 'will-navigate' | 'will-redirect' | 'will-frame-navigate', url: string, main = true): boolean {
    const details = Object.assign(new PreventableEvent(), { url, isMainFrame: main, isSameDocument: false });
    this.emit(event, details);
    return !details.defaultPrevented;
  }

  testAttachWebview(): boolean {
    const event = new PreventableEvent();
    this.emit('will-attach-webview', event, {}, {});
    return !event.defaultPrevented;
  }

  testOpen(url: string): 'allow' | 'deny' {
    return this.#openHandler?.({ url } as E.HandlerDetails).action ?? 'allow';
  }

  testDestroy(): void {
    this.#destroyed = true;
    this.emit('destroyed');
  }
}

type WindowMembers = 'show' | 'focus' | 'restore' | 'isMinimized' | 'loadURL' | 'close' | 'destroy';

export class StandInBrowserWindow extends StrictEmitter implements Pick<E.BrowserWindow, WindowMembers> {
  static readonly testAll: StandInBrowserWindow[] = [];
  static readonly testEvents = ['ready-to-show', 'closed'];
  readonly testEvents = StandInBrowserWindow.testEvents;
  readonly testOptions: E.BrowserWindowConstructorOptions;
  readonly webContents = new StandInWebContents();
  testShown = 0;
  /** What the page's address answered. */
  testResponse: Response | undefined;

  constructor(options: E.BrowserWindowConstructorOptions = {}) {
    super();
    machine.mustBeReady('BrowserWindow');
    this.testOptions = options;
    StandInBrowserWindow.testAll.push(this);
    app.emit('web-contents-created', new PreventableEvent(), this.webContents);
  }

  async loadURL(url: string): Promise<void> {
    const session = sessionOf(this.testOptions.webPreferences?.partition);
    this.testResponse = await session.protocol.testAnswer(new Request(url));
    if (!this.testResponse.ok) throw new Error(`ERR_FAILED (-2) loading '${url}'`);
    this.webContents.mainFrame = new StandInFrame(url);
    this.emit('ready-to-show');
  }

  show(): void {
    this.testShown += 1;
  }

  focus(): void {}

  restore(): void {}

  isMinimized(): boolean {
    return false;
  }

  destroy(): void {
    this.close();
  }

  close(): void {
    const all = StandInBrowserWindow.testAll;
    all.splice(all.indexOf(this), 1);
    this.webContents.testDestroy();
    this.emit('closed');
    if (all.length > 0) return;
    // Electron quits where nobody listens.
    if (!app.emit('window-all-closed')) app.quit();
  }
}
