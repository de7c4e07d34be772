import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { commandLineManual, completionScripts } from '../../../build/man.ts';
import { entry, roff, title } from '../../../build/man-roff.ts';

const repository = path.resolve(import.meta.dirname, '../../..');
const pages = new Map(commandLineManual('1.2.3').map(({ file, text }) => [file, text]));

function page(file: string): string {
  const text = pages.get(file);
  if (text === undefined) throw new Error(`no page ${file}`);
  return text;
}

/** As a reader of `man` sees it. */
function rendered(file: string): string {
  const { stdout, stderr, status } = spawnSync('groff', ['-man', '-Tascii', '-P-cbu', '-ww', '-rLL=200n'], {
    input: page(file),
    encoding: 'utf8',
  });
  if (status !== 0 || stderr !== '') throw new Error(`${file}: ${stderr}`);
  return stdout;
}

describe('man pages', () => {
  it('has a page for every command and subcommand', () => {
    expect([...pages.keys()]).toEqual(
      expect.arrayContaining(['keytray.1', 'keytray-login.1', 'keytray-accounts-add.1', 'keytray-helper.1']),
    );
    expect([...pages.keys()]).not.toContain('keytray-help.1');
  });

  it('leads from every helper name to one page', () => {
    expect(page('git-credential-keytray.1')).toBe('.so man1/keytray-helper.1\n');
    // A name of somebody else's program is not ours to explain.
    expect([...pages.keys()]).not.toContain('keyring.1');
  });

  it('is right man(7), every page', () => {
    for (const [file, text] of pages) if (!text.startsWith('.so ')) rendered(file);
  });

  it('says what --help says', () => {
    const text = rendered('keytray-login.1');
    expect(text).toContain('keytray-login - sign in once: in your own browser, or with a key or secret you enter');
    expect(text).toMatch(/--no-browser\s+print/);
    expect(rendered('keytray-demo.1')).toContain('(auto, chromium, system, built-in; default: auto)');
  });

  it('lists the statuses and variables of docs/cli.md', () => {
    const documented = readFileSync(path.join(repository, 'docs/cli.md'), 'utf8');
    const top = rendered('keytray.1');
    const statuses = [...documented.matchAll(/^\| (\d) \| (.+) \|$/gm)];
    expect(statuses).toHaveLength(9);
    for (const [, status, meaning] of statuses) expect(top).toMatch(new RegExp(`^ +${status} +${meaning}$`, 'm'));
    for (const [, name] of documented.matchAll(/^\| `(KEYTRAY_\w+)` \|/gm)) expect(top).toContain(name);
  });

  it('shows what roff would take for a command', () => {
    expect(roff('.so /etc/passwd\n\\fB a-b')).toBe('\\&.so /etc/passwd\n\\efB a\\-b');
    expect(entry({ term: 'say "hi"', text: "'tis" })).toBe('.TP\n.B "say \\(dqhi\\(dq"\n\\&\'tis');
    expect(title({ name: 'a-b', section: 1, source: 's', manual: 'm' })).toBe('.TH "A\\-B" 1 "" "s" "m"');
  });
});

describe('completion scripts of a package', () => {
  it.each([
    ['bash-completion/completions/keytray', 'complete -F _keytray keytray'],
    ['zsh/site-functions/_keytray', '#compdef keytray'],
    ['fish/vendor_completions.d/keytray.fish', 'complete -c keytray'],
  ])('%s', (file, holds) => {
    expect(completionScripts().find(({ path: at }) => at === file)?.text).toContain(holds);
  });
});
