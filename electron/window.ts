import { BrowserWindow, type WebContents } from 'electron';
import type { Logger } from '../core/ports.ts';
import type { BoxQuestion } from './api/question.ts';
import { askInBox } from './question-box.ts';
import { startPage } from './security/origin.ts';

export interface WindowOptions {
  readonly preload: string;
  readonly icon: string;
  /** The name of the in-memory session pages live in. */
  readonly partition: string;
  readonly devTools: boolean;
  readonly logger: Logger;
}

/** The one window. Made when somebody wants to look and gone when they close it: a page costs a process. */
export class MainWindow {
  readonly #options: WindowOptions;
  #window: BrowserWindow | undefined;

  constructor(options: WindowOptions) {
    this.#options = options;
  }

  get isOpen(): boolean {
    return this.#window !== undefined;
  }

  owns(contents: WebContents): boolean {
    return this.#window?.webContents === contents;
  }

  /** Asks in a box before the window, or in one by itself. */
  ask(question: BoxQuestion): Promise<boolean> {
    return askInBox(question, this.#window);
  }

  show(): void {
    if (this.#window === undefined) {
      this.#window = this.#open();
      return;
    }
    if (this.#window.isMinimized()) this.#window.restore();
    this.#window.show();
    this.#window.focus();
  }

  #open(): BrowserWindow {
    const { preload, icon, partition, devTools, logger } = this.#options;
    const window = new BrowserWindow({
      width: 960,
      height: 640,
      minWidth: 320,
      minHeight: 320,
      show: false,
      title: 'Keytray',
      icon,
      autoHideMenuBar: true,
      webPreferences: {
        preload,
        partition,
        devTools,
        contextIsolation: true,
        sandbox: true,
        nodeIntegration: false,
        nodeIntegrationInWorker: false,
        nodeIntegrationInSubFrames: false,
        webSecurity: true,
        allowRunningInsecureContent: false,
        webviewTag: false,
        navigateOnDragDrop: false,
        spellcheck: false,
      },
    });
    window.once('ready-to-show', () => window.show());
    // An empty window helps nobody; the next one has a new page.
    window.webContents.once('render-process-gone', () => window.destroy());
    window.once('closed', () => {
      this.#window = undefined;
    });
    window.loadURL(startPage).catch((error: unknown) => {
      logger.error('the window could not be loaded', { why: error instanceof Error ? error.message : 'unknown' });
    });
    return window;
  }
}
