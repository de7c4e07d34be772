import type { Command } from 'commander';
import type { Cli } from '../cli.ts';
import { addApiKeysAudit } from './api-keys-audit.ts';
import { addApiKeysChange } from './api-keys-change.ts';
import { addApiKeysList } from './api-keys-list.ts';

export function addApiKeys(program: Command, cli: Cli): void {
  const apiKeys = program
    .command('api-keys')
    .helpGroup('Every day:')
    .description('API keys you have at a service: list, create, rotate, revoke, audit');
  addApiKeysList(apiKeys, cli);
  addApiKeysChange(apiKeys, cli);
  addApiKeysAudit(apiKeys, cli);
}
