import { z } from 'zod';
import { Secret } from '../secret.ts';
import { parseObject, readObject } from '../setup/engine/json-text.ts';
import { idFor } from './account-label.ts';
import { type Findings, type FoundAccount, nothingFound, type SourceText, verifiesAgain } from './found.ts';
import { withoutMember } from './json-text.ts';
import { sourceUrl } from './source-url.ts';

const instances = z.object({ dss_instances: z.record(z.string(), z.unknown()) });
const instance = z.object({
  url: z.string().min(1),
  api_key: z.string().min(1),
  no_check_certificate: z.boolean().optional().catch(undefined),
});

/** `~/.dataiku/config.json` of Dataiku's clients: every instance that has a key. Throws for what is not JSON. */
export function readDataiku(source: SourceText): Findings {
  const config = instances.safeParse(parseObject(source.text, source.file));
  if (!config.success) return nothingFound;
  const accounts: FoundAccount[] = [];
  const notes: string[] = [];
  for (const [name, value] of Object.entries(config.data.dss_instances)) {
    const where = `${source.file}, instance ${name}`;
    const read = instance.safeParse(value);
    if (!read.success) {
      notes.push(`${where}: no url and api_key in it`);
      continue;
    }
    const address = sourceUrl(read.data.url);
    if (address.kind === 'refused') notes.push(`${where}: ${address.why}`);
    else accounts.push(found(source.file, name, address.url, read.data));
  }
  return { accounts, notes };
}

function found(file: string, name: string, url: string, { api_key, no_check_certificate }: z.output<typeof instance>) {
  const key = new Secret(api_key);
  const path = ['dss_instances', name, 'api_key'];
  return {
    id: idFor('dataiku', name),
    fields: { service: 'dataiku', url },
    secrets: new Map([['api_key', key]]),
    where: `${file}, instance ${name}`,
    notes: no_check_certificate === true ? [verifiesAgain] : [],
    takeOut: {
      file,
      entries: [`api_key of ${name}`],
      without: (text: string) => (holds(text, name, key) ? withoutMember(text, path) : undefined),
    },
  } satisfies FoundAccount;
}

function holds(text: string, name: string, key: Secret): boolean {
  const config = instances.safeParse(readObject(text));
  const read = config.success ? instance.safeParse(config.data.dss_instances[name]) : undefined;
  return read?.success === true && new Secret(read.data.api_key).equals(key);
}
