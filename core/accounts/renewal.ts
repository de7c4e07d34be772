import { type GrantKind, traitsOf } from '../services/grant.ts';
import type { TokenRecord } from './token-record.ts';

/** Whether the token can be had again without a person, as often as it is wanted. */
export const renewsAlone = ({ grant }: Pick<TokenRecord, 'grant'>): boolean => traitsOf(grant).renewal === 'again';

/** Whether anything but a new sign-in can follow this token. */
export const isRenewable = (record: Pick<TokenRecord, 'grant' | 'refreshToken'>): boolean =>
  record.refreshToken !== undefined || renewsAlone(record);

/** Nothing renews the credential: it is what a person gave, until they give another. */
export const isGiven = (grant: GrantKind): boolean => traitsOf(grant).renewal === 'never';
