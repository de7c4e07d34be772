import { expect, it } from 'vitest';
import { gitHosts } from '../../../../core/setup/git/git-hosts.ts';

it('lists each host once and knows which several accounts share', () => {
  const hosts = gitHosts([
    { id: 'gitlab@work', serves: { git: ['gitlab.com/acme/*', 'GitLab.com/other'] } },
    { id: 'gitlab@home', serves: { git: ['gitlab.com'] } },
    { id: 'lab', serves: { git: ['127.0.0.1:8080', '[::1]:3000', 'localhost'], docker: ['registry.lab'] } },
    { id: 'plain', serves: {} },
  ]);
  expect(hosts).toEqual([
    { host: 'gitlab.com', loopback: false, ambiguous: true },
    { host: '127.0.0.1:8080', loopback: true, ambiguous: false },
    { host: '[::1]:3000', loopback: true, ambiguous: false },
    { host: 'localhost', loopback: true, ambiguous: false },
  ]);
});

it('takes no name for loopback that only looks like it', () => {
  const [host] = gitHosts([{ id: 'lab', serves: { git: ['127.0.0.1.evil.example'] } }]);
  expect(host?.loopback).toBe(false);
});
