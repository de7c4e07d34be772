import { dirname, isAbsolute, join, resolve } from 'node:path';
import { type RedirectSettings, toolFamilies } from '../services/shapes.ts';
import type { AccountConfig, ConfigPosition } from './config.ts';
import type { RawAccount } from './config-schema.ts';
import { grantConfig } from './grant-config.ts';

function redirectOf(raw: RawAccount['redirect']): Partial<RedirectSettings> {
  if (raw === undefined) return {};
  const { host, port, path } = raw;
  const ports = typeof port === 'number' ? [port] : port;
  return {
    ...(host === undefined ? {} : { host }),
    ...(ports === undefined ? {} : { ports }),
    ...(path === undefined ? {} : { path }),
  };
}

function servesOf(raw: RawAccount): AccountConfig['serves'] {
  const listed = toolFamilies.flatMap((family) => {
    const hosts = raw[family];
    return hosts === undefined ? [] : [[family, hosts] as const];
  });
  return Object.fromEntries(listed);
}

/** As it is written in `file`, absolute. */
export function caFile(ca: string | undefined, file: string, home: string): string | undefined {
  if (ca === undefined || isAbsolute(ca)) return ca;
  return ca.startsWith('~/') ? join(home, ca.slice(2)) : resolve(dirname(file), ca);
}

/** Snake-case keys of the file to the shape the rest of the program uses. */
export function accountConfig(id: string, raw: RawAccount, position: ConfigPosition, home: string): AccountConfig {
  return {
    id,
    service: raw.service,
    ...grantConfig(raw),
    clientId: raw.client_id,
    issuer: raw.issuer,
    endpoints: {
      authorizationEndpoint: raw.authorization_endpoint,
      tokenEndpoint: raw.token_endpoint,
      revocationEndpoint: raw.revocation_endpoint,
      deviceAuthorizationEndpoint: raw.device_authorization_endpoint,
      pushedAuthorizationRequestEndpoint: raw.pushed_authorization_request_endpoint,
      userinfoEndpoint: raw.userinfo_endpoint,
      jwksUri: raw.jwks_uri,
    },
    scopes: raw.scopes,
    audience: raw.audience,
    resource: raw.resource,
    username: raw.username,
    prompt: raw.prompt,
    authorizationParams: raw.authorization_params ?? {},
    redirect: redirectOf(raw.redirect),
    expect: raw.expect && { issuer: raw.expect.issuer, subject: raw.expect.subject, email: raw.expect.email },
    tls: { ca: caFile(raw.tls?.ca, position.file, home), verify: raw.tls?.verify ?? true },
    store: raw.store ?? 'keychain',
    refresh: raw.refresh ?? 'ahead',
    clientAuth: raw.client_auth,
    deadTokenErrors: raw.dead_token_errors,
    refreshRevokesAccess: raw.refresh_revokes_access,
    browser: raw.browser,
    environment: raw.environment,
    env: raw.env ?? {},
    serves: servesOf(raw),
    awsStsEndpoint: raw.aws_sts_endpoint,
    position,
  };
}
