import { askpassProtocol } from './helper-askpass.ts';
import { awsProtocol } from './helper-aws.ts';
import { bazelProtocol } from './helper-bazel.ts';
import { cargoProtocol } from './helper-cargo.ts';
import { curlProtocol } from './helper-curl.ts';
import { dockerProtocol } from './helper-docker.ts';
import { envProtocol, headerProtocol, mailProtocol, mavenProtocol, rawProtocol } from './helper-generic.ts';
import { gitProtocol } from './helper-git.ts';
import { goProtocol } from './helper-go.ts';
import { googleProtocol } from './helper-google.ts';
import { kubernetesProtocol } from './helper-kubernetes.ts';
import { npmProtocol } from './helper-npm.ts';
import { pipProtocol } from './helper-pip.ts';
import { postgresProtocol } from './helper-postgres.ts';
import type { FuzzedProtocol } from './helper-protocol.ts';
import { terraformProtocol } from './helper-terraform.ts';

/**
 * Every protocol that is fuzzed. To add one: a file like helper-git.ts with its recorded calls, and a line here.
 * Nothing else; `npm run fuzz` and test/e2e/fuzz/helpers.test.ts take it from here, plants included.
 */
export const fuzzedProtocols: readonly FuzzedProtocol[] = [
  awsProtocol,
  bazelProtocol,
  cargoProtocol,
  dockerProtocol,
  gitProtocol,
  goProtocol,
  googleProtocol,
  kubernetesProtocol,
  npmProtocol,
  pipProtocol,
  terraformProtocol,
  askpassProtocol,
  curlProtocol,
  envProtocol,
  headerProtocol,
  mailProtocol,
  mavenProtocol,
  postgresProtocol,
  rawProtocol,
];
