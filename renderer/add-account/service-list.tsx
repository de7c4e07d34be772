import { type JSX, useState } from 'react';
import { GridList, GridListItem } from 'react-aria-components/GridList';
import type { ServiceView } from '../../ipc/views.ts';
import { SearchField } from '../design/field.tsx';
import { Mark } from '../design/mark.tsx';
import { groupServices } from './groups.ts';

interface ServiceListProps {
  readonly services: readonly ServiceView[];
  readonly onChoose: (service: ServiceView) => void;
}

export function ServiceList({ services, onChoose }: ServiceListProps): JSX.Element {
  const [text, setText] = useState('');
  const groups = groupServices(services, text);
  return (
    <div className="stack">
      <SearchField label="Search services" value={text} onChange={setText} autoFocus />
      {groups.map((group) => (
        <section key={group.title} className="stack-small" aria-label={group.title}>
          <h2 className="group-title">{group.title}</h2>
          <GridList
            aria-label={group.title}
            className="services"
            layout="grid"
            items={group.services.map((service) => ({ ...service, id: service.name }))}
            onAction={(name) => {
              const chosen = services.find((service) => service.name === name);
              if (chosen !== undefined) onChoose(chosen);
            }}
          >
            {(service) => (
              <GridListItem id={service.name} className="service" textValue={service.title}>
                <Mark name={service.title} />
                <span>{service.title}</span>
              </GridListItem>
            )}
          </GridList>
        </section>
      ))}
    </div>
  );
}
