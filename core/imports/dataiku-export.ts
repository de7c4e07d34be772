import { KeytrayError } from '../errors.ts';
import type { Secret } from '../secret.ts';
import { isObject, parseObject, setIn } from '../setup/engine/json-text.ts';

/** An instance as Dataiku's clients have it in `~/.dataiku/config.json`. */
export interface DataikuInstance {
  readonly name: string;
  readonly url: string;
  readonly key: Secret;
}

const sameAddress = (left: string, right: string): boolean =>
  URL.parse(left)?.href.replace(/\/+$/, '') === URL.parse(right)?.href.replace(/\/+$/, '');

/** Why an instance cannot go there: its name is that of one at another address. Throws `misconfigured` for what is not JSON. */
export function instanceProblem(text: string | undefined, file: string, name: string, url: string): string | undefined {
  const address = addressOf(text, file, name);
  const other = address !== undefined && !sameAddress(address, url);
  return other ? `${file} has an instance ${name} at another address` : undefined;
}

function addressOf(text: string | undefined, file: string, name: string): string | undefined {
  const { dss_instances: instances } = parseObject(text ?? '', file);
  const known = isObject(instances) ? instances[name] : undefined;
  return isObject(known) && typeof known.url === 'string' ? known.url : undefined;
}

/**
 * The file with one instance more, or with another key for it; other instances and keys that we do not know stay.
 * Throws `invalid_request` where the name is that of an instance at another address, `misconfigured` for what is not JSON.
 */
export function withInstance(text: string | undefined, file: string, { name, url, key }: DataikuInstance): string {
  const problem = instanceProblem(text, file, name, url);
  if (problem !== undefined) throw new KeytrayError('invalid_request', problem);
  const first = parseObject(text ?? '', file).default_instance === undefined;
  // One that is there keeps its address as it is written.
  const there = addressOf(text, file, name) !== undefined;
  const members: readonly (readonly [readonly string[], unknown])[] = [
    ...(there ? [] : [[['dss_instances', name, 'url'], url] as const]),
    [['dss_instances', name, 'api_key'], key.reveal()],
    ...(first ? [[['default_instance'], name] as const] : []),
  ];
  return members.reduce((current, [path, value]) => setIn(current, path, value), text ?? '');
}

/** What the clients of that instance do not do, where the file says so. */
export function isUnverified(text: string | undefined, file: string, name: string): boolean {
  const { dss_instances: instances } = parseObject(text ?? '', file);
  const known = isObject(instances) ? instances[name] : undefined;
  return isObject(known) && known.no_check_certificate === true;
}
