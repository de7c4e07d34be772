import type { ForgePackagerOptions } from '@electron-forge/shared-types';

type Signing = Pick<ForgePackagerOptions, 'osxSign' | 'osxNotarize'>;

/** Signed and notarized where the environment names an identity and a keychain profile; else neither. */
export function macSigning(env: NodeJS.ProcessEnv, entitlements: string): Signing {
  const { KEYTRAY_SIGNING_IDENTITY: identity, KEYTRAY_NOTARY_PROFILE: keychainProfile } = env;
  if (identity === undefined) return {};
  return {
    osxSign: { identity, optionsForFile: () => ({ entitlements, hardenedRuntime: true }) },
    ...(keychainProfile === undefined ? {} : { osxNotarize: { keychainProfile } }),
  };
}
