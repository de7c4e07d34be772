import type { ServiceCheck } from '../services/check.ts';
import { type Grant, traitsOf } from '../services/grant.ts';
import type { AccountSettings, Service } from '../services/service.ts';
import type { AccountConfig } from './config.ts';

const originOf = (url: string): string => new URL(url).origin;

export interface CheckedInstance {
  /** The account names a server to sign in at that is not the service's public one. */
  readonly own: boolean;
  readonly url: string | undefined;
  /** The service has a public server to sign in at. */
  readonly publicServer: boolean;
}

/**
 * The check of the service as this account makes it. `address` is undefined where only the authorization server or the
 * catalog knows it; there is no check where nothing says where the service is.
 */
export function checkOf(
  account: AccountConfig,
  service: Service,
  { kind }: Grant,
  { own, url, publicServer }: CheckedInstance,
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
      // Everybody at the public service signs in at a server of their own then, as at Entra for Azure DevOps: it is not
      // the service, and must not be sent its tokens.
      const elsewhere = publicAddress !== undefined && !publicServer;
      const instance = url ?? (own && !elsewhere && named !== undefined ? originOf(named) : undefined);
      if (instance === undefined) return publicAddress === undefined ? undefined : { check, address: publicAddress };
      const isPublic = publicAddress !== undefined && originOf(instance) === originOf(publicAddress);
      const at: ServiceCheck = isPublic || ownPath === undefined ? check : { ...check, path: ownPath };
      return { check: at, address: instance };
    }
  }
}
