/** The programs that print the token they hold, by host. */

export const ghToken = (host: string): readonly string[] => ['gh', 'auth', 'token', '--hostname', host];

export const glabToken = (host: string): readonly string[] => ['glab', 'config', 'get', 'token', '--host', host];

/** A token is handed out for five minutes, so it has to have more than them left. */
export const oidcToken = (account: string): readonly string[] => ['oidc-token', '--time=375', account];
