/**
 * The members of a reply that say something: real servers write null or "" where a member should be left out. What is
 * not an object stays as it is.
 */
export function withoutEmptyMembers(json: unknown): unknown {
  if (typeof json !== 'object' || json === null || Array.isArray(json)) return json;
  return Object.fromEntries(Object.entries(json).filter(([, value]) => value !== null && value !== ''));
}
