import { randomBytes } from 'node:crypto';

export interface QuiltUser {
  readonly name: string;
  readonly email: string;
  readonly isAdmin: boolean;
  active: boolean;
}

export interface QuiltKey {
  readonly id: string;
  readonly name: string;
  readonly secret: string;
  readonly fingerprint: string;
  readonly userEmail: string;
  /** Milliseconds since the epoch. */
  readonly createdAt: number;
  readonly expiresAt: number;
  lastUsedAt: number | undefined;
}

/** As the registry's own audit trail has it; secrets are never in it. */
export interface AuditEvent {
  readonly eventName: 'Auth.APIKey' | 'APIKeys.Create' | 'APIKeys.Revoke' | 'APIKeys.Admin.Revoke';
  readonly errorCode?: 'INVALID' | 'EXPIRED' | 'USER_INACTIVE';
  readonly keyId?: string;
}

const day = 86_400_000;

export function newQuiltKey(name: string, days: number, userEmail: string, now: number): QuiltKey {
  const random = randomBytes(24).toString('hex');
  const secret = `qk_${random}`;
  return {
    id: `key-${random.slice(0, 8)}`,
    name,
    secret,
    fingerprint: `${secret.slice(0, 6)}...${secret.slice(-3)}`,
    userEmail,
    createdAt: now,
    expiresAt: now + days * day,
    lastUsedAt: undefined,
  };
}
