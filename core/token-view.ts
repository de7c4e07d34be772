import type { TokenView } from './local-api/wire.ts';
import type { HandOut } from './refresh/hand-out.ts';

/** The token as the wire shows it: here, by request, the secret leaves the broker. */
export function tokenView(account: string, kind: 'access' | 'id', handOut: HandOut, now: number): TokenView {
  const { secondsLeft } = handOut;
  const token = handOut.token.reveal();
  return {
    ...(kind === 'access' ? { access_token: token } : { id_token: token }),
    token_type: handOut.tokenType === 'bearer' ? 'Bearer' : handOut.tokenType,
    ...(secondsLeft === undefined
      ? {}
      : {
          expires_in: Math.max(0, Math.floor(secondsLeft)),
          expires_at: new Date(now + secondsLeft * 1_000).toISOString(),
        }),
    ...(handOut.scope === undefined ? {} : { scope: handOut.scope }),
    account,
  };
}
