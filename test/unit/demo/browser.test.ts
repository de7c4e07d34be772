import { describe, expect, it } from 'vitest';
import { type BrowserChoice, chooseBrowser, type Surroundings } from '../../../demo/browser.ts';

const everything: Surroundings = {
  display: true,
  terminal: true,
  opener: '/usr/bin/xdg-open',
  chromium: '/usr/bin/chromium',
};

function chosen(choice: BrowserChoice, lacking: Partial<Surroundings> = {}): string {
  const result = chooseBrowser(choice, { ...everything, ...lacking });
  return result.kind === 'browser' ? result.browser.name : result.why;
}

describe('the browser of the demo', () => {
  it('is the person’s own where a person sits in front of it', () => {
    expect(chosen('auto')).toBe('system');
  });

  it.each([
    ['no display', { display: false }],
    ['no terminal', { terminal: false }],
    ['no opener', { opener: undefined }],
  ])('is Chromium with %s', (_, lacking) => {
    expect(chosen('auto', lacking)).toBe('chromium');
  });

  it('is built in only where there is nothing else', () => {
    expect(chosen('auto', { display: false, chromium: undefined })).toBe('built-in');
  });

  it('is what was asked for, or nothing', () => {
    expect(chosen('chromium')).toBe('chromium');
    expect(chosen('chromium', { chromium: undefined })).toContain('no Chromium on PATH');
    expect(chosen('system')).toBe('system');
    expect(chosen('system', { display: false })).toContain('there is no display');
    expect(chosen('system', { opener: undefined })).toContain('no xdg-open');
    expect(chosen('built-in')).toBe('built-in');
  });

  it('says so when it is no browser', () => {
    const result = chooseBrowser('built-in', everything);
    expect(result).toMatchObject({ browser: { title: expect.stringContaining('not a browser') } });
  });
});
