import type { RecordedRequest } from '../http-emulator.ts';
import type { DataikuKey } from './keys.ts';

export type Presentation = 'basic_user' | 'basic_password' | 'bearer' | 'ticket';

export interface Presented {
  readonly presentation: Presentation;
  readonly secret: string;
}

/** The credential of a request and its form; undefined where there is none, or more than one. */
export function presentedBy(request: RecordedRequest): Presented | undefined {
  const { authorization, 'x-dku-apiticket': ticket } = request.headers;
  if (typeof ticket === 'string')
    return authorization === undefined ? { presentation: 'ticket', secret: ticket } : undefined;
  const [, scheme, value = ''] = /^(Basic|Bearer) (\S+)$/.exec(authorization ?? '') ?? [];
  if (scheme === 'Bearer') return { presentation: 'bearer', secret: value };
  if (scheme !== 'Basic') return undefined;
  const [user = '', password = ''] = Buffer.from(value, 'base64').toString().split(':');
  if ((user === '') === (password === '')) return undefined;
  return user === ''
    ? { presentation: 'basic_password', secret: password }
    : { presentation: 'basic_user', secret: user };
}

export const groupsOf = (key: DataikuKey): readonly string[] => {
  if (key.user === undefined) return [];
  return key.admin ? ['administrators'] : ['data_team', 'readers'];
};
