import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { repositoryRoot, sourceFiles } from './source-files.ts';

/** What Electron lets a program do to itself: each goes through one place, which checks, or is done by nobody. */
const doors: readonly (readonly [string, RegExp, readonly string[]])[] = [
  ['messages of pages', /\bipcMain\.(?:handle|handleOnce|on|once)\b/, ['electron/security/trusted-ipc.ts']],
  ['windows', /\bnew (?:BrowserWindow|BaseWindow|WebContentsView)\b/, ['electron/window.ts']],
  ['other programs', /\bshell\.(?:open|show|trash|read|write)\w+/, ['electron/shell-browser.ts']],
  ['questions', /\bdialog\.showMessageBox\b/, ['electron/question-box.ts']],
  ['what pages are given', /\bcontextBridge\.\w+/, ['electron/preload.ts']],
  ['messages to the main process', /\bipcRenderer\.(?:invoke|send)\b/, ['electron/preload.ts']],
  ['schemes of our own', /\.registerSchemesAsPrivileged\b/, ['electron/before-ready.ts']],
  ['code in pages', /\.executeJavaScript\b|\.insertCSS\b|\beval\(|\bnew Function\b/, []],
  [
    'weaker pages',
    /webSecurity: false|contextIsolation: false|sandbox: false|nodeIntegration: true|webviewTag: true/,
    [],
  ],
  ['certificates', /setCertificateVerifyProc|certificate-error|ignore-certificate-errors/, []],
  ['code from a cache that anybody can write', /enableCompileCache/, []],
  ['Node from Electron', /ELECTRON_RUN_AS_NODE(?!:)/, []],
];

const files = sourceFiles(repositoryRoot)
  .filter((file) => /^(?:core|electron|ipc|renderer)\//.test(file))
  .map((file) => ({ file, text: readFileSync(join(repositoryRoot, file), 'utf8') }));

describe('one door for', () => {
  it.each(doors)('%s', (_name, pattern, places) => {
    const found = files.filter(({ text }) => pattern.test(text)).map(({ file }) => file);
    expect(found).toEqual(places);
  });
});
