import { z } from 'zod';
import { KeytrayError } from '../../errors.ts';
import { Secret } from '../../secret.ts';
import { dataikuFailures, dataikuWords } from '../../services/dataiku-failures.ts';
import { isInstant } from '../../untrusted/instant.ts';
import { plainText } from '../../untrusted/plain-text.ts';
import { isTokenText } from '../../untrusted/token-text.ts';
import type { ApiKeyProvider, AskService, KeyAbilities, ServiceKey, ServiceReply, ServiceRequest } from './provider.ts';
import { jsonOf, serviceFailure } from './service-failure.ts';

const keySchema = z.object({
  id: z.string().min(1),
  /** Left out where the instance keeps keys secret, which is a switch of its administrator. */
  key: z.string().refine(isTokenText).optional().catch(undefined),
  label: z.string().optional(),
  user: z.string().optional(),
  createdOn: z.number().optional(),
  expiresOn: z.number().optional(),
});
const createdSchema = keySchema.extend({ key: z.string().refine(isTokenText) });

const personal = '/public/api/personal-api-keys/';
const everyPersonal = '/public/api/admin/personal-api-keys/';
const global = '/public/api/admin/global-api-keys/';

export const dataikuAbilities: KeyAbilities = {
  expiry: false,
  lastUse: false,
  fingerprint: false,
  revokeBySecret: false,
};

/**
 * Dataiku's keys: personal ones, and global ones where a global key asks. It has no last use and no revoke by secret,
 * and its API sets no end.
 */
export function dataikuKeys(ask: AskService, now: () => number): ApiKeyProvider {
  /** A key that belongs to no person has no personal keys. What is refused had no effect. */
  const ownOf = async (request: (folder: string) => ServiceRequest): Promise<ServiceReply> => {
    const first = await ask(request(personal));
    if (first.status !== 403) return accepted(first);
    const second = await ask(request(global));
    return accepted(second.status === 403 ? first : second);
  };
  const listed = (reply: ServiceReply): readonly ServiceKey[] => {
    const read = z.array(keySchema).safeParse(jsonOf(reply.body));
    if (!read.success) throw unreadable();
    return read.data.map((key) => viewOf(key, now()));
  };
  const get = (folder: string): ServiceRequest => ({ method: 'GET', path: folder });

  return {
    title: 'Dataiku',
    can: dataikuAbilities,
    async list(owner) {
      if (owner === 'own') return listed(await ownOf(get));
      const people = listed(accepted(await ask(get(everyPersonal))));
      return [...people, ...listed(accepted(await ask(get(global))))];
    },
    async create({ name, days, owner }) {
      if (days !== undefined) {
        throw new KeytrayError('invalid_request', 'Dataiku sets no end of a key by its API', {
          advice: 'Leave out the days; the end of a key is set on its page in Dataiku.',
        });
      }
      const body = { label: name, description: '', ...(owner !== undefined && { user: owner }) };
      const post = (path: string): ServiceRequest => ({ method: 'POST', path, body, once: true });
      const reply = owner === undefined ? await ownOf(post) : accepted(await ask(post(everyPersonal)));
      const read = createdSchema.safeParse(jsonOf(reply.body));
      if (!read.success) throw unreadable();
      return { key: viewOf(read.data, now()), secret: new Secret(read.data.key) };
    },
    async revoke(which) {
      if ('secret' in which) {
        throw new KeytrayError('invalid_request', 'Dataiku revokes a key by its ID only', {
          advice: 'Find the ID in the list of keys, and revoke that.',
        });
      }
      const remove = (folder: string): ServiceRequest => ({
        method: 'DELETE',
        path: `${folder}${encodeURIComponent(which.id)}`,
      });
      if (which.owner === 'own') return void (await ownOf(remove));
      const reply = await ask(remove(everyPersonal));
      accepted(reply.status === 404 ? await ask(remove(global)) : reply);
    },
  };
}

function accepted(reply: ServiceReply): ServiceReply {
  if (reply.status >= 200 && reply.status < 300) return reply;
  throw serviceFailure('Dataiku', dataikuFailures, reply.status, dataikuWords(reply.body));
}

const unreadable = () => new KeytrayError('temporarily_unavailable', 'Dataiku sent a list of keys that cannot be read');

/** 0 stands for never. */
const instant = (time: number | undefined) => (time !== undefined && time !== 0 && isInstant(time) ? time : undefined);

function viewOf(key: z.infer<typeof keySchema>, now: number): ServiceKey {
  const expiresAt = instant(key.expiresOn);
  return {
    id: key.id,
    name: plainText(key.label ?? ''),
    fingerprint: undefined,
    secret: key.key === undefined ? undefined : new Secret(key.key),
    owner: key.user,
    createdAt: instant(key.createdOn),
    expiresAt,
    lastUsedAt: 'unknown',
    status: expiresAt !== undefined && expiresAt <= now ? 'expired' : 'active',
  };
}
