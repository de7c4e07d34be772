import type { Registration } from '../../core/config/registration.ts';
import type { Service } from '../../core/services/service.ts';
import type { Field } from './field-list.ts';

/** What to enter where, with the redirect URI exactly as the server will compare it. */
export function registrationSteps(service: Service, { url, steps, redirectUri }: Registration): string {
  const lines = [
    url === undefined ? `Register a client for ${service.title}:` : `Register a client for ${service.title} at ${url}`,
    ...steps.map((step, index) => `  ${index + 1}. ${step}`),
    ...(redirectUri === undefined ? [] : [`Redirect URI: ${redirectUri}`]),
  ];
  return `${lines.join('\n')}\n`;
}

/** `git: github.com` */
export function servedText(serves: Service['serves']): string {
  return Object.entries(serves)
    .map(([family, hosts]) => `${family}: ${hosts.join(' ')}`)
    .join('; ');
}

/** A line for each kind of tool. */
export function servedFields(serves: Service['serves']): readonly Field[] {
  return Object.entries(serves).map(([family, hosts]) => [`Serves ${family}`, hosts.join(' ')]);
}
