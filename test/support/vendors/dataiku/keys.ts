import { randomBytes } from 'node:crypto';

export interface DataikuKey {
  readonly id: string;
  readonly secret: string;
  readonly kind: 'personal' | 'global' | 'project';
  /** Login of the person; global and project keys have none. */
  readonly user: string | undefined;
  readonly admin: boolean;
  /** Projects it reaches; undefined: all. */
  readonly projects: readonly string[] | undefined;
  label: string;
  description: string;
  readonly createdOn: number;
  readonly createdBy: string;
  /** Milliseconds since the epoch; 0 = never. */
  readonly expiresOn: number;
  /** Every third request is one too many. */
  readonly rateLimited?: true;
}

/** The keys every instance of the emulator begins with. */
export const knownKeys = {
  personal: 'dkuaps-good-personal-0123456789',
  global: 'dkuaps-good-global-0123456789ab',
  project: 'dkuaps-proj-myproj-0123456789ab',
  admin: 'dkuaps-admin-0123456789abcdefgh',
  expired: 'dkuaps-expired-0123456789abcdef',
  rateLimited: 'dkuaps-limited-0123456789abcdef',
} as const;

const day = 86_400_000;

export function initialKeys(now: number): DataikuKey[] {
  const key = (name: keyof typeof knownKeys, rest: Partial<DataikuKey> = {}): DataikuKey => ({
    id: `key-${name}`,
    secret: knownKeys[name],
    kind: 'personal',
    user: 'kim',
    admin: false,
    projects: undefined,
    label: name,
    description: '',
    createdOn: now - 30 * day,
    createdBy: 'kim',
    expiresOn: 0,
    ...rest,
  });
  return [
    key('personal'),
    key('global', { kind: 'global', user: undefined, createdBy: 'root' }),
    key('project', { kind: 'project', user: undefined, projects: ['MYPROJ'] }),
    key('admin', { user: 'root', admin: true, createdBy: 'root' }),
    key('expired', { expiresOn: now - day }),
    key('rateLimited', { rateLimited: true }),
  ];
}

export function newKey(
  fields: Pick<DataikuKey, 'kind' | 'user' | 'label' | 'description' | 'createdBy' | 'createdOn'>,
) {
  const random = randomBytes(16).toString('hex');
  const key: DataikuKey = {
    ...fields,
    id: `key-${random.slice(0, 10)}`,
    secret: `dkuaps-${random}`,
    admin: false,
    projects: undefined,
    expiresOn: 0,
  };
  return key;
}

/** With "secure API keys" on, the secret is seen in the answer to `create` and never again. */
export function viewOf(key: DataikuKey, secret: 'with' | 'without'): object {
  return {
    id: key.id,
    ...(secret === 'with' ? { key: key.secret } : {}),
    label: key.label,
    description: key.description,
    ...(key.user === undefined ? {} : { user: key.user }),
    createdOn: key.createdOn,
    createdBy: key.createdBy,
    ...(key.expiresOn === 0 ? {} : { expiresOn: key.expiresOn }),
  };
}
