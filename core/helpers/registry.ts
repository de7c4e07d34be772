import { askpassHelper } from './askpass.ts';
import { awsHelper } from './aws.ts';
import { bazelHelper } from './bazel.ts';
import { cargoHelper } from './cargo.ts';
import { curlHelper } from './curl.ts';
import { dockerHelper } from './docker.ts';
import { envHelper, headerHelper, rawHelper } from './generic.ts';
import { gitHelper } from './git.ts';
import { goHelper } from './go.ts';
import { googleHelper } from './google.ts';
import type { Helper } from './helper.ts';
import { kubernetesHelper } from './kubernetes.ts';
import { mailHelper } from './mail.ts';
import { mavenHelper } from './maven.ts';
import { npmHelper } from './npm.ts';
import { pipHelper } from './pip.ts';
import { postgresHelper } from './postgres.ts';
import { terraformHelper } from './terraform.ts';
import { tokenHelper } from './token.ts';

/** Every credential-helper protocol Keytray speaks, by the name in `keytray helper PROTOCOL OPERATION`. */
export const helpers: ReadonlyMap<string, Helper> = new Map(
  [
    awsHelper,
    bazelHelper,
    cargoHelper,
    dockerHelper,
    gitHelper,
    goHelper,
    googleHelper,
    kubernetesHelper,
    npmHelper,
    pipHelper,
    terraformHelper,
    askpassHelper,
    curlHelper,
    envHelper,
    headerHelper,
    mailHelper,
    mavenHelper,
    postgresHelper,
    rawHelper,
    tokenHelper,
  ].map((helper) => [helper.protocol, helper]),
);
