import type { ServiceCheck } from '../services/check.ts';
import { type Grant, traitsOf } from '../services/grant.ts';
import type { AccountSettings, Service } from '../services/service.ts';
import type { AccountConfig } from './config.ts';

const originOf = (url: string): string => new URL(url).origin;

/**
 * The check of the service as this account makes it. `address` is undefined where only the authorization server or the
 * catalog knows it; there is no check where nothing says where the service is.
 */
export function checkOf(
  account: AccountConfig,
  service: Service,
  { kind }: Grant,
  { own, url }: { readonly own: boolean; readonly url: string | undefined },
): AccountSettings['check'] {
  const check = [service.check ?? []].flat().find(({ grants }) => grants?.includes(kind) ?? true);
  if (check === undefined) return undefined;
  switch (check.kind) {
    case 'userinfo':
      return traitsOf(kind).client ? { check, address: undefined } : undefined;
    case 'grpc':
      return { check, address: account.settings?.host ?? check.publicHost };
    case 'http': {
      if (service.catalog !== undefined) return { check, address: undefined };
      const { publicAddress, ownPath } = check;
      const named = account.issuer ?? account.endpoints.tokenEndpoint;
      const instance = url ?? (own && named !== undefined ? originOf(named) : undefined);
      if (instance === undefined) return publicAddress === undefined ? undefined : { check, address: publicAddress };
      const isPublic = publicAddress !== undefined && originOf(instance) === originOf(publicAddress);
      const at: ServiceCheck = isPublic || ownPath === undefined ? check : { ...check, path: ownPath };
      return { check: at, address: instance };
    }
  }
}
