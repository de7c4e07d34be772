import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { configJsonSchema } from '../../../build/write-schemas.ts';
import { accountSchema, agentSchema, configSchema } from '../../../core/config/config-schema.ts';
import { interpretConfig } from '../../../core/config/interpret-config.ts';
import * as parts from '../../../core/config/schema-parts.ts';

const text = (name: string): string => readFileSync(new URL(`../../../docs/${name}`, import.meta.url), 'utf8');
const configuration = text('configuration.md');

const nested = (name: string, keys: readonly string[]): readonly string[] => keys.map((key) => `${name}.${key}`);
const keys = [
  ...Object.keys(configSchema.shape).filter((key) => !['agent', 'proxy', 'tls'].includes(key)),
  ...nested('proxy', Object.keys(parts.proxy.shape)),
  ...nested('agent', Object.keys(agentSchema.shape)),
  ...Object.keys(accountSchema.shape).filter((key) => !['redirect', 'expect', 'tls'].includes(key)),
  ...nested('redirect', Object.keys(parts.redirect.shape)),
  ...nested('expect', Object.keys(parts.expect.shape)),
  ...nested('tls', Object.keys(parts.tls.shape)),
];

describe('docs/config.schema.json', () => {
  it('is what the schema says (else: npm run schema)', () => {
    expect(JSON.parse(text('config.schema.json'))).toEqual(configJsonSchema());
  });
});

describe('docs/configuration.md', () => {
  it.each(keys)('describes %s', (key) => {
    expect(configuration).toContain(`\`${key}\``);
  });

  it('has an example that is a valid configuration', () => {
    const example = /## Example\n\n```yaml\n([\s\S]*?)```/.exec(configuration)?.[1];
    expect(example).toBeDefined();
    expect(interpretConfig([{ file: 'example.yaml', text: example ?? '' }])).toMatchObject({ kind: 'ok' });
  });

  it('names no key that does not exist', () => {
    const described = [...configuration.matchAll(/^\| `([a-z_.]+)` +\|/gm)].map((match) => match[1]);
    expect(described.length).toBeGreaterThan(20);
    for (const key of described) expect(keys).toContain(key);
  });
});
