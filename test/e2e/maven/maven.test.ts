import { createHash } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import path from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { basic, bearer, type EchoServer, startEchoServer } from '../../support/echo-server.ts';
import { program } from '../../support/keytray.ts';
import { type SignedIn, startSignedIn } from '../../support/signed-in.ts';

const variable = '$' + '{env.KEYTRAY_TOKEN_LAB}';

/** Maven sends this up front. */
const asHeader = `<configuration><httpHeaders><property><name>Authorization</name>
  <value>Bearer ${variable}</value></property></httpHeaders></configuration>`;
/** And this after a 401. */
const asPassword = `<username>oauth2</username><password>${variable}</password>`;
const settings = `<settings><servers><server><id>bearer</id>${asHeader}</server>
  <server><id>basic</id>${asPassword}</server></servers></settings>`;

const coordinates = (name: string) =>
  `<groupId>example.lab</groupId><artifactId>${name}</artifactId><version>1</version>`;
const pom = (name: string, more: string) =>
  `<project><modelVersion>4.0.0</modelVersion>${more}${coordinates(name)}<packaging>pom</packaging></project>`;
const parentIs = (name: string) => `<parent>${coordinates(name)}<relativePath/></parent>`;

/** Each of the two repositories holds one pom; the second is the first one's parent. */
const poms = new Map([
  ['/bearer/example/lab/parent/1/parent-1.pom', pom('parent', parentIs('grandparent'))],
  ['/basic/example/lab/grandparent/1/grandparent-1.pom', pom('grandparent', '')],
]);

describe('Maven', () => {
  let repository: EchoServer;
  let lab: SignedIn;

  beforeAll(async () => {
    repository = await startEchoServer((request, response) => void serve(request, response));
    lab = await startSignedIn([`maven: ["${repository.host}"]`]);
  });

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const [, scheme] = request.url?.split('/') ?? [];
    const token = await lab.token();
    if (request.headers.authorization !== (scheme === 'basic' ? basic('oauth2', token) : bearer(token))) {
      response.writeHead(401, { 'www-authenticate': 'Basic realm="lab"' }).end();
      return;
    }
    const text = poms.get(request.url?.replace(/\.sha1$/, '') ?? '');
    if (text === undefined) response.writeHead(404).end();
    else response.end(request.url?.endsWith('.sha1') ? createHash('sha1').update(text).digest('hex') : text);
  }

  afterAll(async () => {
    await lab?.close();
    await repository?.close();
  });

  async function validate(name: string) {
    const folder = path.join(lab.keytray.folder, name);
    await mkdir(folder);
    const repositories = ['bearer', 'basic'].map(
      (id) => `<repository><id>${id}</id><url>${repository.url}/${id}</url></repository>`,
    );
    const more = `${parentIs('parent')}<repositories>${repositories.join('')}</repositories>`;
    await writeFile(path.join(folder, 'pom.xml'), pom('child', more));
    const file = path.join(folder, 'settings.xml');
    await writeFile(file, settings);
    const options = ['-B', '-q', '-ntp', '-s', file, '-gs', file, '-Dstyle.color=never'];
    const local = `-Dmaven.repo.local=${path.join(folder, 'local')}`;
    const mvn = [...options, local, '-f', path.join(folder, 'pom.xml'), 'validate'];
    return lab.run(program('mvn-keytray'), mvn);
  }

  it('sends the token as a header, and as a password', async () => {
    const { status, stdout } = await validate('signed-in');
    expect({ status, stdout: stripVTControlCharacters(stdout) }).toEqual({ status: 0, stdout: '' });
    const paths = repository.requests
      .filter(({ authorization }) => authorization !== undefined)
      .map((seen) => seen.path);
    expect(paths).toEqual(expect.arrayContaining([...poms.keys()]));
  });

  it('is not started where a sign-in is needed', async () => {
    await lab.keytray.api.logout('lab', { revoke: false });
    const before = repository.requests.length;
    const { status, stdout, stderr } = await validate('signed-out');
    expect({ status, stdout, stderr }).toEqual({
      status: 4,
      stdout: '',
      stderr: 'keytray: sign in to lab: keytray login lab\n',
    });
    expect(repository.requests.length).toBe(before);
  });
});
