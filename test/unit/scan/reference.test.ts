import { describe, expect, it } from 'vitest';
import { withReferences } from '../../../core/scan/reference.ts';

const secret = 'qk_SECRET';
/** As a shell writes it. */
const read = (name: string): string => ['$', '{', name, '}'].join('');

function replaced(file: string, text: string, variable = 'QUILT_API_KEY') {
  const places = [...text.matchAll(/qk_SECRET\d?/g)].map(({ index, 0: found }) => ({
    ...{ kind: 'Quilt API key', variable, from: index, to: index + found.length },
  }));
  return withReferences(file, text, places);
}

describe('what stands in the place of a secret', () => {
  it.each([
    ['a.py', `login("${secret}")`, 'login(os.environ["QUILT_API_KEY"])'],
    ['a.ts', `const key = '${secret}';`, 'const key = process.env.QUILT_API_KEY;'],
    ['a.jsx', `acmeKey: "${secret}",`, 'acmeKey: process.env.ACME_KEY,'],
    ['a.R', `k <- "${secret}"`, 'k <- Sys.getenv("QUILT_API_KEY")'],
    ['a.rb', `TOKEN2 => '${secret}'`, 'TOKEN2 => ENV.fetch("TOKEN2")'],
    ['a.sh', `export K1='${secret}'`, `export K1="${read('K1')}"`],
    ['a.sh', `curl -H "Authorization: Bearer ${secret}"`, `curl -H "Authorization: Bearer ${read('QUILT_API_KEY')}"`],
    ['a.yaml', `quilt-key: "${secret}"`, `quilt-key: "${read('QUILT_KEY')}"`],
    ['a.py', `url = "https://x/${secret}/y"`, `url = "https://x/${read('QUILT_API_KEY')}/y"`],
    ['.bashrc', `T=${secret}`, `T=${read('T')}`],
  ])('in %s: %s', (file, text, expected) => expect(replaced(file, text).text).toBe(expected));

  it('is called by what it is where the key says little', () => {
    expect(replaced('a.json', `{"api_key": "${secret}"}`).variables).toEqual(['QUILT_API_KEY']);
    const unknown = (text: string) =>
      withReferences('a.json', text, [
        { kind: 'x', variable: undefined, from: text.indexOf(secret), to: text.indexOf(secret) + 9 },
      ]);
    expect(unknown(`{"token": "${secret}"}`)).toEqual({ text: `{"token": "${read('TOKEN')}"}`, variables: ['TOKEN'] });
    expect(unknown(secret).variables).toEqual(['SECRET']);
  });

  it('leaves all else as it is', () => {
    const text = `a\r\n"${secret}1" b '${secret}2'\r\n`;
    expect(replaced('a.py', text).text).toBe('a\r\nos.environ["QUILT_API_KEY"] b os.environ["QUILT_API_KEY"]\r\n');
  });
});
