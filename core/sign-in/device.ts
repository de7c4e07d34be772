import { KeytrayError } from '../errors.ts';
import type { AuthorizationServer } from '../oauth/authorization-server.ts';
import { requestDeviceCode } from '../oauth/device-grant.ts';
import { type DeviceOutcome, pollForTokens } from '../oauth/device-poll.ts';
import { detailOf } from '../oauth/failure-words.ts';
import { OAuthFailure } from '../oauth/oauth-failure.ts';
import type { Refused } from '../oauth/token-endpoint.ts';
import type { Clock } from '../ports.ts';
import type { AccountSettings } from '../services/service.ts';
import type { DeviceInvitation } from './pending-login.ts';

/** A code the person enters on any device (RFC 8628), open until its polling ends. */
export interface DeviceSignIn {
  readonly server: AuthorizationServer;
  readonly invitation: DeviceInvitation;
  /** Rejects with what asking again cannot cure. */
  readonly outcome: Promise<DeviceOutcome>;
  stop(): Promise<void>;
}

export interface DeviceSignInOptions {
  readonly server: AuthorizationServer;
  readonly settings: AccountSettings;
  readonly clock: Clock;
  /** Server clock minus ours in seconds. */
  readonly clockSkew: number | undefined;
  readonly onTrouble: (failure: OAuthFailure) => void;
  /** Given tokens that came and will not be used. */
  readonly refused: Refused;
}

// A server that will not do it for this client says one of these; GitHub has a word of its own.
const notForThisClient = ['unauthorized_client', 'unsupported_grant_type', 'device_flow_disabled'];

/** Where the server takes device codes. Throws `invalid_request`, saying what to do instead, where it does not. */
export function deviceEndpointOf(server: AuthorizationServer, settings: AccountSettings): URL {
  if (server.deviceAuthorizationEndpoint !== undefined) return server.deviceAuthorizationEndpoint;
  const what = `${settings.title} offers no sign-in with a code`;
  throw new KeytrayError('invalid_request', what, { account: settings.id, fix: 'paste_address' });
}

/** Throws `OAuthFailure` or `KeytrayError` where the server gives no code. */
export async function openDeviceSignIn(options: DeviceSignInOptions): Promise<DeviceSignIn> {
  const { server, settings, clock } = options;
  const since = clock.uptime();
  const device = await requestCode(server, settings);
  const stopped = new AbortController();
  const outcome = pollForTokens(server, device, {
    clock,
    signal: stopped.signal,
    deadline: since + device.expiresIn,
    clockSkew: options.clockSkew,
    onTrouble: options.onTrouble,
    refused: options.refused,
  });
  const { verificationUri, verificationUriComplete, userCode } = device;
  return {
    server,
    invitation: {
      verificationUri,
      verificationUriComplete,
      userCode,
      expiresAt: clock.now() + 1_000 * (since + device.expiresIn - clock.uptime()),
    },
    outcome,
    async stop() {
      stopped.abort();
      await outcome.catch(() => undefined);
    },
  };
}

async function requestCode(server: AuthorizationServer, settings: AccountSettings) {
  try {
    return await requestDeviceCode(server, deviceEndpointOf(server, settings), settings);
  } catch (error) {
    if (!(error instanceof OAuthFailure) || error.failure.kind !== 'oauth_error') throw error;
    if (!notForThisClient.includes(error.failure.error)) throw error;
    const what = `${settings.title} does not allow this client to sign in with a code`;
    const detail = detailOf(error.failure);
    throw new KeytrayError('misconfigured', what, { account: settings.id, fix: 'paste_address', detail, cause: error });
  }
}
