import type { JSX } from 'react';

const production = /^(prod|production|live)$/i;
const staging = /^(staging|stage|preprod|uat|qa)$/i;
const development = /^(dev|development|test|local|sandbox)$/i;

export function isProduction(environment: string | undefined): boolean {
  return environment !== undefined && production.test(environment);
}

function environmentClass(environment: string): string {
  if (isProduction(environment)) return 'badge env-production';
  if (staging.test(environment)) return 'badge env-staging';
  if (development.test(environment)) return 'badge env-dev';
  return 'badge env-other';
}

export function EnvironmentBadge({ name }: { readonly name: string | undefined }): JSX.Element | null {
  return name === undefined ? null : <span className={environmentClass(name)}>{name}</span>;
}
