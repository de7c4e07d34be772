import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { mkdir, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { program } from '../../support/keytray.ts';
import { needsProgram } from '../../support/needs-program.ts';
import { runToEnd } from '../../support/processes.ts';
import { startToolScene, type ToolScene } from '../../support/tool-scene.ts';

/** get-credentials-response.schema.json of the specification. */
const response = z.object({
  expires: z
    .string()
    .regex(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/)
    .optional(),
  headers: z.record(z.string(), z.array(z.string())),
});

const text = 'hello\n';
let scene: ToolScene;
let server: Server;
let host: string;
const headers: (string | undefined)[] = [];

beforeAll(async () => {
  server = createServer((request, answer) => {
    headers.push(request.headers.authorization);
    void scene
      .accepts(request.headers.authorization)
      .then((ok) => answer.writeHead(ok ? 200 : 401).end(ok ? text : ''));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  scene = await startToolScene(`bazel: [${host}]`);
});

afterAll(async () => {
  await scene.close();
  server.closeAllConnections();
  server.close();
});

const ask = (uri: string) =>
  runToEnd(program('bazel-credential-keytray'), ['get'], {
    env: scene.env,
    cwd: scene.folder,
    input: JSON.stringify({ uri }),
  });

describe('the program bazel runs', () => {
  it('answers as the specification has it', async () => {
    const { status, stdout, stderr } = await ask(`http://${host}/hello.txt`);
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    const answer = response.parse(JSON.parse(stdout));
    expect(Date.parse(answer.expires ?? '')).toBeGreaterThan(Date.now());
    expect(await scene.accepts(answer.headers.Authorization?.[0])).toBe(true);
  });

  it('has nothing for others', async () => {
    expect(await ask('https://bcr.bazel.build/modules/x')).toEqual({ status: 0, stdout: '{}\n', stderr: '' });
  });
});

describe('bazel', () => {
  needsProgram('bazel', 'fetches a file of a private server', async () => {
    const work = path.join(scene.folder, 'work');
    await mkdir(work);
    const sha256 = createHash('sha256').update(text).digest('hex');
    await writeFile(
      path.join(work, 'WORKSPACE'),
      'load("@bazel_tools//tools/build_defs/repo:http.bzl", "http_file")\n' +
        `http_file(name = "hello", urls = ["http://${host}/hello.txt"], sha256 = "${sha256}")\n`,
    );
    await writeFile(
      path.join(work, 'BUILD'),
      'genrule(name = "it", srcs = ["@hello//file"], outs = ["o"], cmd = "cp $< $@")\n',
    );
    const startup = [`--output_user_root=${path.join(scene.folder, 'bazel')}`, '--nohome_rc', '--nosystem_rc'];
    const options = [
      '--noenable_bzlmod',
      '--enable_workspace',
      `--credential_helper=127.0.0.1=${program('bazel-credential-keytray')}`,
    ];
    const run = (...args: readonly string[]) => runToEnd('bazel', [...startup, ...args], { cwd: work, env: scene.env });
    try {
      expect(await run('build', ...options, '//:it')).toMatchObject({ status: 0 });
    } finally {
      await run('shutdown');
    }
    expect(await scene.accepts(headers.at(-1))).toBe(true);
  });
});
