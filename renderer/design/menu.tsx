import type { JSX } from 'react';
import { Button } from 'react-aria-components/Button';
import { Menu, MenuItem, MenuTrigger } from 'react-aria-components/Menu';
import { Popover } from 'react-aria-components/Popover';
import { Icon } from './icons.tsx';

export interface MenuEntry {
  readonly text: string;
  readonly run: () => void;
  readonly danger?: boolean;
}

/** What can be done besides the one thing in front. */
export function MoreMenu({
  label,
  entries,
}: {
  readonly label: string;
  readonly entries: readonly MenuEntry[];
}): JSX.Element {
  return (
    <MenuTrigger>
      <Button className="button quiet icon" aria-label={label}>
        <Icon name="more" />
      </Button>
      <Popover className="popover" placement="bottom end">
        <Menu aria-label={label}>
          {entries.map((entry) => (
            <MenuItem
              key={entry.text}
              className={entry.danger === true ? 'option danger' : 'option'}
              onAction={entry.run}
            >
              {entry.text}
            </MenuItem>
          ))}
        </Menu>
      </Popover>
    </MenuTrigger>
  );
}
