import { athena } from './athena.ts';
import { auth0 } from './auth0.ts';
import { auth0M2m } from './auth0-m2m.ts';
import { azureDevops } from './azure-devops.ts';
import { bitbucket } from './bitbucket.ts';
import { databricks } from './databricks.ts';
import { datadog } from './datadog.ts';
import { dataiku } from './dataiku.ts';
import { dataikuApinode } from './dataiku-apinode.ts';
import { gitea } from './gitea.ts';
import { github } from './github.ts';
import { gitlab } from './gitlab.ts';
import { google } from './google.ts';
import { oauth } from './oauth.ts';
import { oidc } from './oidc.ts';
import { okta } from './okta.ts';
import { quilt } from './quilt.ts';
import type { Service } from './service.ts';

const presets = [
  github,
  gitlab,
  gitea,
  bitbucket,
  azureDevops,
  google,
  databricks,
  datadog,
  dataiku,
  dataikuApinode,
  quilt,
  athena,
  auth0,
  auth0M2m,
  okta,
  oidc,
  oauth,
];

/** Every service Keytray knows, in the order people see them. */
export const services: ReadonlyMap<string, Service> = new Map(presets.map((service) => [service.name, service]));
