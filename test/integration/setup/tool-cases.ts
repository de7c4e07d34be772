import type { SetupAccount } from '../../../core/setup/engine/tool.ts';
import type { ToolName } from '../../../core/setup/tools.ts';

/** A tool's file as a person may have it, and what becomes of it. */
export interface ToolCase {
  readonly tool: ToolName;
  /** Below the home folder. */
  readonly file: string;
  readonly original: string;
  /** Stands in the file once the tool is set up; `BIN` is the folder of our programs. */
  readonly wanted: readonly string[];
  /** What the person, or the tool, does to the file afterwards. */
  readonly edit: (text: string) => string;
  /** Where there is no file, there is nothing to be set up. */
  readonly needsFile?: true;
}

export const accounts: readonly SetupAccount[] = [
  {
    id: 'lab',
    serves: {
      docker: ['registry.lab.example', '127.0.0.1:5000'],
      kubernetes: ['kube.lab.example:6443'],
      aws: ['arn:aws:iam::123456789012:role/ci/deploy'],
      cargo: ['crates.lab.example'],
      pip: ['pypi.lab.example'],
      npm: ['npm.lab.example', '127.0.0.1:4873/team/*'],
      bazel: ['cache.lab.example:443'],
      terraform: ['tf.lab.example'],
      go: ['go.lab.example'],
      google: ['//iam.googleapis.com/projects/1/locations/global/workloadIdentityPools/p/providers/x'],
      postgres: ['db.lab.example:5433'],
      curl: ['api.lab.example'],
      maven: ['maven.lab.example'],
      mail: ['imap.lab.example:993', 'smtp.lab.example:587'],
    },
  },
];

const kubeconfig = `# clusters of the lab
apiVersion: v1
kind: Config
current-context: lab
clusters:
- cluster:
    server: https://kube.lab.example:6443
  name: lab
- cluster: # somebody else's
    server: https://other.example
  name: other
contexts:
- context:
    cluster: lab
    namespace: "team"   # mine
    user: lab-admin
  name: lab
- context:
    cluster: other
    user: other-user
  name: other
- context:
    cluster: lab
  name: nobody
users:
- name: lab-admin
  user:
    token: hunter2
- name: other-user
  user: {}
preferences: {}
`;

export const cases: readonly ToolCase[] = [
  {
    tool: 'docker',
    file: '.docker/config.json',
    original:
      '{\n  "auths": {\n    "ghcr.io": { "auth": "aHVudGVyMg==" }\n  },\n  "credHelpers": {\n    "gcr.io": "gcloud",\n    "127.0.0.1:5000": "other"\n  },\n  "currentContext": "x"\n}\n',
    wanted: ['"registry.lab.example": "keytray"', '"127.0.0.1:5000": "keytray"', '"gcr.io": "gcloud"'],
    edit: (text) => text.replace('"currentContext": "x"', '"currentContext": "y",\n  "psFormat": "t"'),
  },
  {
    tool: 'kubernetes',
    file: '.kube/config',
    original: kubeconfig,
    wanted: [
      '    user: keytray-lab\n  name: lab\n',
      '    user: keytray-lab\n  name: nobody\n',
      '    user: other-user\n',
      'namespace: "team"   # mine',
      'command: BIN/keytray\n',
      '- --account=lab\n',
      'interactiveMode: Never',
    ],
    edit: (text) => text.replace('current-context: lab', 'current-context: other'),
    needsFile: true,
  },
  {
    tool: 'aws',
    file: '.aws/config',
    original: '# mine\n[default]\nregion = eu-west-1\n\n[profile old]\nrole_arn = x\n',
    wanted: [
      '[profile keytray-deploy]\ncredential_process = BIN/keytray helper aws get --account=lab --role=arn:aws:iam::123456789012:role/ci/deploy\n',
    ],
    edit: (text) => text.replace('eu-west-1', 'eu-west-2'),
  },
  {
    tool: 'cargo',
    file: '.cargo/config.toml',
    original:
      '[registries.lab] # ours\nindex = "sparse+https://crates.lab.example/index/"\n\n[registries."other"]\nindex = "https://other.example/index"\ncredential-provider = "cargo:token"\n\n[net]\ngit-fetch-with-cli = true\n',
    wanted: [
      'index = "sparse+https://crates.lab.example/index/"\ncredential-provider = ["BIN/cargo-credential-keytray"]\n\n[registries."other"]',
      'credential-provider = "cargo:token"',
    ],
    edit: (text) => `${text}retry = 3\n`,
    needsFile: true,
  },
  {
    tool: 'pip',
    file: '.config/pip/pip.conf',
    original: '; mine\n[global]\ntimeout = 60\nkeyring-provider = auto\n\n[install]\nno-compile = yes\n',
    wanted: ['timeout = 60\nkeyring-provider = subprocess\n\n[install]'],
    edit: (text) => text.replace('60', '90'),
  },
  {
    tool: 'npm',
    file: '.npmrc',
    original: '; mine\nregistry=https://npm.lab.example/\n//other.example/:_authToken=hunter2',
    wanted: [
      '//npm.lab.example/:tokenHelper=BIN/npm-token-keytray\n',
      '//127.0.0.1:4873/team/:tokenHelper=BIN/npm-token-keytray\n',
    ],
    edit: (text) => `fund=false\n${text}`,
  },
  {
    tool: 'bazel',
    file: '.bazelrc',
    original: '# mine\nbuild --jobs=4\n',
    wanted: ['common --credential_helper=cache.lab.example=BIN/bazel-credential-keytray\n'],
    edit: (text) => text.replace('4', '8'),
  },
  {
    tool: 'terraform',
    file: '.terraformrc',
    original: '# mine\nplugin_cache_dir = "/tmp/x"\n',
    wanted: ['credentials_helper "keytray" {\n  args = []\n}\n'],
    edit: (text) => `disable_checkpoint = true\n${text}`,
  },
  {
    tool: 'go',
    file: '.config/go/env',
    original: '# mine\nGOPROXY=https://go.lab.example,direct\nGOAUTH=git /srv/x; netrc\n',
    wanted: ['GOAUTH=BIN/keytray helper go get; git /srv/x; netrc\n'],
    edit: (text) => `${text}GOFLAGS=-mod=mod\n`,
  },
];
