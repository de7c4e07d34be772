import { expect, it } from 'vitest';
import { namedAccount, urlHint } from '../../../core/helpers/account-names.ts';
import { fakeAccount } from '../../support/fake-helper-broker.ts';

const home = fakeAccount('lab@home', []);
const work = fakeAccount('lab@work', []);
const ada = fakeAccount('lab', [], { people: ['Ada L.', 'ada@lab.example'] });

it('the hint names the label, else the person, else the id, as a URL takes it', () => {
  expect(urlHint('git.example', [work, ada], undefined)).toBe(
    'write which into the URL: https://work@git.example/ or https://Ada%20L.@git.example/',
  );
  const other = fakeAccount('other@work', []);
  expect(urlHint('git.example:8443', [work, other], '')).toBe(
    'write which into the URL: https://lab%40work@git.example:8443/ or https://other%40work@git.example:8443/',
  );
});

it('every name the hint gives chooses its account', () => {
  const accounts = [work, home, ada, fakeAccount('other@work', [], { people: ['grace'] })];
  const names = [...urlHint('h', accounts, undefined).matchAll(/https:\/\/([^@]+)@/g)].map(([, name = '']) => name);
  expect(names.map((name) => namedAccount(accounts, decodeURIComponent(name))?.id)).toEqual([
    'lab@work',
    'lab@home',
    'lab',
  ]);
});

it('the hint says that a user name means none of the accounts, on one line, and keeps quiet where it means several', () => {
  expect(urlHint('h', [home, work], 'bob\n\u001b[2J')).toMatch(/^bob \[2J is none of them; write which/);
  expect(urlHint('h', [home, work], home.username)).toMatch(/^write which/);
});

it('of many accounts the hint shows three', () => {
  const many = ['a', 'b', 'c', 'd'].map((label) => fakeAccount(`lab@${label}`, []));
  expect(urlHint('h', many, undefined)).toBe(
    'write which into the URL: https://a@h/ or https://b@h/ or https://c@h/, and so on',
  );
});
