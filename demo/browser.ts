import { spawn } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { signInWithForms } from './built-in-user-agent.ts';
import { signInWithChromium } from './chromium.ts';
import type { CleanUp } from './clean-up.ts';

export const browserChoices = ['auto', 'chromium', 'system', 'built-in'] as const;
export type BrowserChoice = (typeof browserChoices)[number];

export interface Person {
  readonly login: string;
  /** Where the browser may keep what it keeps. */
  readonly home: string;
}

/** The user agent that signs in (RFC 8252: external to the program that wants the tokens). */
export interface DemoBrowser {
  readonly name: Exclude<BrowserChoice, 'auto'>;
  /** For the demo's lines: `in Chromium`. */
  readonly title: string;
  /** The person types; nobody knows how long that takes. */
  readonly byHand: boolean;
  /** Takes the authorization request to the end of the sign-in. */
  signIn(url: URL, person: Person, cleanUp: CleanUp): Promise<void>;
}

/** What the choice depends on. */
export interface Surroundings {
  readonly display: boolean;
  readonly terminal: boolean;
  readonly opener: string | undefined;
  readonly chromium: string | undefined;
}

export type Chosen =
  | { readonly kind: 'browser'; readonly browser: DemoBrowser }
  | { readonly kind: 'none'; readonly why: string };

const chromiumNames = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];

function onPath(...names: readonly string[]): string | undefined {
  const folders = (process.env.PATH ?? '').split(delimiter).filter((folder) => folder !== '');
  const files = names.flatMap((name) => folders.map((folder) => join(folder, name)));
  return files.find((file) => {
    try {
      accessSync(file, constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

export function surroundings(): Surroundings {
  const mac = process.platform === 'darwin';
  return {
    display: mac || Boolean(process.env.DISPLAY || process.env.WAYLAND_DISPLAY),
    terminal: process.stdout.isTTY === true,
    opener: mac ? onPath('open') : onPath('xdg-open'),
    chromium: onPath(...chromiumNames),
  };
}

/** The display's own browser only where a person sits in front of it. */
export function chooseBrowser(choice: BrowserChoice, around: Surroundings): Chosen {
  switch (choice) {
    case 'chromium':
      return around.chromium === undefined
        ? { kind: 'none', why: `no Chromium on PATH (looked for ${chromiumNames.join(', ')})` }
        : { kind: 'browser', browser: chromium(around.chromium) };
    case 'system':
      if (around.opener === undefined) return { kind: 'none', why: 'no xdg-open on PATH' };
      return around.display
        ? { kind: 'browser', browser: system(around.opener) }
        : { kind: 'none', why: 'there is no display: DISPLAY and WAYLAND_DISPLAY are not set' };
    case 'built-in':
      return { kind: 'browser', browser: builtIn };
    case 'auto': {
      if (around.display && around.terminal && around.opener !== undefined) return chooseBrowser('system', around);
      return chooseBrowser(around.chromium === undefined ? 'built-in' : 'chromium', around);
    }
  }
}

function chromium(executable: string): DemoBrowser {
  return {
    name: 'chromium',
    title: 'in Chromium',
    byHand: false,
    signIn: (url, person, cleanUp) => signInWithChromium(executable, url, person, cleanUp),
  };
}

const builtIn: DemoBrowser = {
  name: 'built-in',
  title: 'with the built-in user agent, not a browser,',
  byHand: false,
  signIn: (url, { login }) => signInWithForms(url, { login }),
};

function system(opener: string): DemoBrowser {
  return {
    name: 'system',
    title: 'in your browser',
    byHand: true,
    async signIn(url) {
      await new Promise<void>((resolve, reject) => {
        const child = spawn(opener, [url.href], { stdio: 'ignore', detached: true });
        child.once('error', reject);
        child.once('spawn', resolve);
        child.unref();
      });
    },
  };
}
