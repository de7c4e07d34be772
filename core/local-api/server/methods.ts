export interface RoutePattern {
  readonly method: string;
  /** `/v1/accounts/:id` */
  readonly path: string;
}

/** The methods some route has for this path, sorted; none where no route knows the path. RFC 9110 section 10.2.1. */
export function allowedMethods(path: string, routes: readonly RoutePattern[]): readonly string[] {
  const segments = path.split('/');
  const methods = routes.filter((route) => matches(segments, route.path.split('/'))).map((route) => route.method);
  return [...new Set(methods)].sort();
}

function matches(segments: readonly string[], pattern: readonly string[]): boolean {
  return (
    segments.length === pattern.length &&
    pattern.every((part, index) => (part.startsWith(':') ? segments[index] !== '' : part === segments[index]))
  );
}
