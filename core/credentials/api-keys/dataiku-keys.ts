import { z } from 'zod';
import { KeytrayError } from '../../errors.ts';
import { Secret } from '../../secret.ts';
import { dataikuFailures, dataikuWords } from '../../services/dataiku-failures.ts';
import { isInstant } from '../../untrusted/instant.ts';
import { isTokenText } from '../../untrusted/token-text.ts';
import type { ApiKeyProvider, AskService, ServiceKey, ServiceReply } from './provider.ts';
import { jsonOf, serviceFailure } from './service-failure.ts';

const keySchema = z.object({
  id: z.string().min(1),
  label: z.string().optional(),
  user: z.string().optional(),
  createdOn: z.number().optional(),
  expiresOn: z.number().optional(),
});
const createdSchema = keySchema.extend({ key: z.string().refine(isTokenText) });

/** Dataiku's personal or global keys. It has no last use and no revoke by secret, and its API sets no end. */
export function dataikuKeys(ask: AskService, kind: 'personal' | 'global', now: () => number): ApiKeyProvider {
  const folder = (owner: 'own' | 'all') =>
    kind === 'global'
      ? '/admin/global-api-keys/'
      : owner === 'all'
        ? '/admin/personal-api-keys/'
        : '/personal-api-keys/';
  const at = (path: string) => `/public/api${path}`;

  return {
    can: { expiry: false, lastUse: false, revokeBySecret: false },
    async list(owner) {
      const reply = accepted(await ask({ method: 'GET', path: at(folder(owner)) }));
      const read = z.array(keySchema).safeParse(jsonOf(reply.body));
      if (!read.success) throw unreadable();
      return read.data.map((key) => viewOf(key, now()));
    },
    async create({ name, days }) {
      if (days !== undefined) throw new KeytrayError('invalid_request', 'Dataiku sets no end of a key by its API');
      const body = { label: name, description: '' };
      const reply = accepted(await ask({ method: 'POST', path: at(folder('own')), body, once: true }));
      const read = createdSchema.safeParse(jsonOf(reply.body));
      if (!read.success) throw unreadable();
      return { key: viewOf(read.data, now()), secret: new Secret(read.data.key) };
    },
    async revoke(which) {
      if ('secret' in which) throw new KeytrayError('invalid_request', 'Dataiku revokes a key by its ID only');
      const path = at(`${folder('own')}${encodeURIComponent(which.id)}`);
      accepted(await ask({ method: 'DELETE', path }));
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
    name: key.label ?? '',
    fingerprint: undefined,
    owner: key.user,
    createdAt: instant(key.createdOn),
    expiresAt,
    lastUsedAt: 'unknown',
    status: expiresAt !== undefined && expiresAt <= now ? 'expired' : 'active',
  };
}
