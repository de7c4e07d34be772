import type { JSX } from 'react';

const paths = {
  accounts: 'M10 9.5a3 3 0 1 0 0-6 3 3 0 0 0 0 6Zm-6 7c.6-3 3-4.5 6-4.5s5.400 1.500 6 4.500',
  tools: 'M4 5.500h12M4 10h12M4 14.500h7',
  activity: 'M3 10.500h3l2.500-6 3.500 11 2.500-5h2.500',
  settings: 'M3.500 6h7m4 0h2M3.500 14h2m4 0h7M12.500 8a2 2 0 1 0 0-4 2 2 0 0 0 0 4Zm-5 8a2 2 0 1 0 0-4 2 2 0 0 0 0 4Z',
  search: 'M9 14.500a5.500 5.500 0 1 0 0-11 5.500 5.500 0 0 0 0 11Zm4-1.500 3.500 3.500',
  plus: 'M10 4v12M4 10h12',
  more: 'M5 10h.01M10 10h.01M15 10h.01',
  back: 'M12 4.500 6.500 10l5.500 5.500',
  forward: 'M8 4.500l5.500 5.500L8 15.500',
  copy: 'M7.500 7.500h8v8h-8zM12.500 7.500v-3h-8v8h3',
  done: 'M4.500 10.500l3.500 3.500 7.500-8',
} as const;

export type IconName = keyof typeof paths;

/** Drawn in the colour of the text beside it; always decoration, so it has no name of its own. */
export function Icon({ name, size = 18 }: { readonly name: IconName; readonly size?: number }): JSX.Element {
  return (
    <svg width={size} height={size} viewBox="0 0 20 20" fill="none" aria-hidden="true">
      <path
        d={paths[name]}
        stroke="currentColor"
        strokeWidth={name === 'more' ? 2.6 : 1.6}
        strokeLinecap="round"
        strokeLinejoin="round"
      />
    </svg>
  );
}
