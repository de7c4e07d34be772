import type { JSX, ReactNode } from 'react';
import type { AccountView } from '../../ipc/views.ts';
import { TokenBar } from '../accounts/token-bar.tsx';
import { When } from '../design/when.tsx';
import { useApp } from '../state/store.ts';

/** Less than this is how clocks are. Seconds. */
const worthTelling = 5;

function skewWords(seconds: number): string {
  const amount = Math.round(Math.abs(seconds));
  return seconds > 0
    ? `the server is ${amount} s ahead of this machine`
    : `the server is ${amount} s behind this machine`;
}

/** Without a refresh token the person is next; a token that nobody uses is renewed when it is asked for. */
function nextRenewal({
  state,
  next_refresh: next,
  expires_at: expires,
}: AccountView): readonly [string, ReactNode] | false {
  if (next === undefined) {
    return state === 'active' && expires !== undefined && ['Sign in again', <When key="again" at={expires} />];
  }
  if (expires === undefined || Date.parse(next) >= Date.parse(expires)) return ['Next renewal', 'when used'];
  return ['Next renewal', <When key="next" at={next} />];
}

/** Until when, and what happens by itself. */
export function TokenCard({ view }: { readonly view: AccountView }): JSX.Element | null {
  const lastHandOut = useApp((state) => state.lastHandOut.get(view.account));
  const { last_refresh, login_expires_at, clock_skew } = view;
  const facts: readonly (readonly [string, ReactNode] | false | undefined)[] = [
    last_refresh !== undefined && ['Token renewed', <When key="renewed" at={last_refresh} />],
    nextRenewal(view),
    login_expires_at !== undefined && ['Sign-in ends', <When key="ends" at={login_expires_at} />],
    lastHandOut !== undefined && ['Last used', <When key="used" at={lastHandOut} />],
    clock_skew !== undefined && Math.abs(clock_skew) >= worthTelling && ['Clock', skewWords(clock_skew)],
  ];
  const known = facts.filter((fact) => fact !== false && fact !== undefined);
  if (view.state === 'signed_out' || known.length === 0) return null;
  return (
    <section className="card stack" aria-label="Token">
      <TokenBar view={view} />
      <dl className="facts">
        {known.map(([name, value]) => (
          <div key={name} className="fact">
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
    </section>
  );
}
