import type { Grant } from '../services/grant.ts';
import { apiKey } from './api-key.ts';
import { clientCredentials } from './client-credentials.ts';
import type { Obtaining } from './given.ts';
import { pastedCode } from './pasted-code.ts';

export function obtainingOf(grant: Grant): Obtaining {
  switch (grant.kind) {
    case 'authorization_code':
      return { kind: 'browser' };
    case 'client_credentials':
      return clientCredentials;
    case 'api_key':
      return apiKey;
    case 'pasted_code':
      return pastedCode;
    case 'aws_identity':
    case 'token_exchange':
    case 'command':
      return { kind: 'nobody' };
  }
}
