import { askpassHelper } from './askpass/askpass.ts';
import { awsHelper } from './aws/aws.ts';
import { bazelHelper } from './bazel/bazel.ts';
import { cargoHelper } from './cargo/cargo.ts';
import { curlHelper } from './curl/curl.ts';
import { dockerHelper } from './docker/docker.ts';
import { envHelper, headerHelper, rawHelper } from './generic/generic.ts';
import { gitHelper } from './git/git.ts';
import { goHelper } from './go/go.ts';
import { googleHelper } from './google/google.ts';
import type { Helper } from './helper.ts';
import { kubernetesHelper } from './kubernetes/kubernetes.ts';
import { mailHelper } from './mail/mail.ts';
import { mavenHelper } from './maven/maven.ts';
import { npmHelper } from './npm/npm.ts';
import { pipHelper } from './pip/pip.ts';
import { postgresHelper } from './postgres/postgres.ts';
import { terraformHelper } from './terraform/terraform.ts';
import { tokenHelper } from './token/token.ts';

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
