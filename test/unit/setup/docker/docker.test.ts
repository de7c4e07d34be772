import { describe, expect, it } from 'vitest';
import { docker } from '../../../../core/setup/docker/docker.ts';
import { home, planOf, serving } from '../setup-context.ts';

const lab = [serving('lab', { docker: ['a.example'] })];
const plan = (text: string | undefined, more = {}) => planOf(docker, { accounts: lab, ...more }, text);

describe('setup docker', () => {
  it('goes by DOCKER_CONFIG', () => {
    expect(plan(undefined).path).toBe(`${home}/.docker/config.json`);
    expect(plan(undefined, { env: { DOCKER_CONFIG: '/d' } }).path).toBe('/d/config.json');
  });

  it('knows both names of Docker Hub', () => {
    const accounts = [serving('hub', { docker: ['docker.io'] })];
    const { credHelpers } = JSON.parse(plan(undefined, { accounts }).after ?? '');
    expect(credHelpers).toEqual({ 'https://index.docker.io/v1/': 'keytray', 'docker.io': 'keytray' });
  });

  it('keeps what is written on one line', () => {
    const text = '{"auths":{"b.example":{"auth":"x"}},"credHelpers":{"c.example":"gcloud"}}';
    const { after = '' } = plan(text);
    expect(JSON.parse(after)).toEqual({
      auths: { 'b.example': { auth: 'x' } },
      credHelpers: { 'c.example': 'gcloud', 'a.example': 'keytray' },
    });
    expect(JSON.parse(docker.clean(after, { before: text }, '/f') ?? '')).toEqual(JSON.parse(text));
  });

  it('names the line of a mistake', () => {
    expect(() => plan('{\n  "auths": {,\n}\n')).toThrow(/config\.json:2: no JSON \(.*\)$/);
    expect(() => plan('[]')).toThrow(/is not a JSON object/);
  });

  it.each([
    ['{"credHelpers":null}', '{"credHelpers":{"a.example": "keytray"}}'],
    ['{"credHelpers":{"b":"x"},"credHelpers":{}}', '{"credHelpers":{"b":"x"},"credHelpers":{"a.example": "keytray"}}'],
    [
      '{"credHelpers":{"b":"x"},"credHelpers":{ "c":"y"}}',
      '{"credHelpers":{"b":"x"},"credHelpers":{ "c":"y", "a.example": "keytray"}}',
    ],
    ['{"CREDHELPERS":{"a.example":"x"}}', '{"CREDHELPERS":{"a.example":"keytray"}}'],
  ])('reads %s as docker does', (text, after) => {
    expect(plan(text).after).toBe(after);
  });

  it('says where "credHelpers" is something else than an object', () => {
    expect(() => plan('{\n"credHelpers":[]}')).toThrow(/config\.json:2: "credHelpers" is not a JSON object$/);
  });

  it.each([
    ['{"credHelpers":{"a.example":"gcloud"}}', {}, /named gcloud for a\.example: it is not asked any more/],
    ['{"auths":{"a.example":{"auth":"eA=="}}}', {}, /still holds a password for a\.example/],
    ['{}', { env: { DOCKER_AUTH_CONFIG: '{"auths":{"a.example":{}}}' } }, /DOCKER_AUTH_CONFIG answers for a\.example/],
    [
      '{}',
      { env: { XDG_RUNTIME_DIR: '/run' }, files: { '/run/containers/auth.json': '{"auths":{"a.example":{}}}' } },
      /\/run\/containers\/auth\.json answers for a\.example before Keytray in podman/,
    ],
    [
      '{}',
      { files: { [`${home}/.config/containers/auth.json`]: '{"auths":{"a.example/team":{}}}' } },
      /\/\.config\/containers\/auth\.json answers for a\.example before Keytray in podman/,
    ],
    ['{}', { onPath: {} }, /docker-credential-keytray is not on PATH; .*export PATH=\/opt\/keytray\/bin:"\$PATH"/],
    [
      '{}',
      { onPath: { 'docker-credential-keytray': '/old/docker-credential-keytray' } },
      /\/old\/docker-credential-keytray comes first on PATH and is not ours/,
    ],
  ])('with %s names what is in front', (text, more, warning) => {
    expect(plan(text, more).warnings).toEqual([expect.stringMatching(warning)]);
  });

  it('has nothing to say about other hosts', () => {
    const text = '{"auths":{"b.example":{"auth":"eA=="}},"credHelpers":{"b.example":"gcloud"},"credsStore":"pass"}';
    expect(plan(text).warnings).toEqual([]);
  });

  it('links its program into a folder that was named', () => {
    const more = { linkFolder: '/home/ada/bin', onPath: {}, env: { PATH: '/usr/bin:/home/ada/bin' } };
    const name = 'docker-credential-keytray';
    expect(plan('{}', more)).toMatchObject({
      links: [{ path: `/home/ada/bin/${name}`, target: `/opt/keytray/bin/${name}` }],
      warnings: [],
    });
    expect(plan('{}', { ...more, env: {} }).warnings.join()).toContain('/home/ada/bin is not on PATH');
  });
});
