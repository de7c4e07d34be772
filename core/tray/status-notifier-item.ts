import type { BusAnswer, DBus, IncomingCall } from '../platform/dbus/bus.ts';
import { BusVariant } from '../platform/dbus/messages.ts';
import { answerProperties, introspect } from './bus-object.ts';
import { DBusMenu, menuPath } from './dbus-menu.ts';
import { HostWatch } from './host-watch.ts';
import type { MenuCommand } from './menu-model.ts';
import type { Shown, TrayFace } from './presence.ts';

export interface ItemOptions {
  readonly bus: DBus;
  /** Folder of the icons, absolute: hosts read them there by name. */
  readonly icons: string;
  readonly run: (command: MenuCommand) => void;
  /** A click on the icon itself. Without it a click opens the menu, where the host can. */
  readonly activate?: () => void;
  /** Somebody began, or ceased, to show tray icons. */
  readonly changed: (present: boolean) => void;
}

const path = '/StatusNotifierItem';
const name = 'org.kde.StatusNotifierItem';

/**
 * The tray icon on Linux: an object on the session bus (StatusNotifierItem) that panels draw. Icons go by name and
 * folder, never as pixels, for which the D-Bus library keeps a buffer per byte.
 */
export class StatusNotifierItem implements TrayFace {
  readonly #options: ItemOptions;
  readonly #menu: DBusMenu;
  readonly #watch: HostWatch;
  readonly #hide: () => void;
  #shown: Shown | undefined;

  constructor(options: ItemOptions) {
    const { bus, run, changed } = options;
    this.#options = options;
    this.#menu = new DBusMenu({ bus, run });
    this.#hide = bus.serve(path, (call) => this.#answer(call));
    this.#watch = new HostWatch({ bus, path, changed });
  }

  /** From now on hosts are looked for; what is there to be seen must have been shown before. */
  appear(): void {
    this.#watch.begin();
  }

  show(next: Shown): void {
    const before = this.#shown;
    this.#shown = next;
    this.#menu.show(next.menu);
    const status = statusOf(next);
    if (next.icon !== before?.icon) {
      this.#tell('NewIcon');
      this.#tell('NewAttentionIcon');
    }
    if (status !== statusOf(before)) this.#tell('NewStatus', 's', [status]);
    if (next.tooltip !== before?.tooltip) this.#tell('NewToolTip');
  }

  close(): void {
    this.#watch.close();
    this.#menu.close();
    this.#hide();
  }

  #tell(member: string, signature = '', body: readonly unknown[] = []): void {
    this.#options.bus.emit({ path, interface: name, member, signature, body });
  }

  #answer(call: IncomingCall): BusAnswer {
    const described = introspect(call, xml) ?? answerProperties(call, name, () => this.#properties());
    if (described !== undefined || call.interface !== name) return described;
    switch (call.member) {
      case 'Activate':
        this.#options.activate?.();
        return nothing;
      case 'SecondaryActivate':
      case 'ContextMenu':
      case 'Scroll':
      case 'ProvideXdgActivationToken':
        return nothing;
      default:
        return undefined;
    }
  }

  #properties(): Readonly<Record<string, BusVariant>> {
    const shown = this.#shown;
    const icon = new BusVariant('s', shown === undefined ? '' : `keytray-${shown.icon}-symbolic`);
    return {
      Category: new BusVariant('s', 'ApplicationStatus'),
      Id: new BusVariant('s', 'keytray'),
      Title: new BusVariant('s', 'Keytray'),
      Status: new BusVariant('s', statusOf(shown)),
      WindowId: new BusVariant('i', 0),
      IconName: icon,
      IconThemePath: new BusVariant('s', this.#options.icons),
      IconPixmap: noPixels,
      OverlayIconName: new BusVariant('s', ''),
      OverlayIconPixmap: noPixels,
      AttentionIconName: icon,
      AttentionIconPixmap: noPixels,
      AttentionMovieName: new BusVariant('s', ''),
      ToolTip: new BusVariant('(sa(iiay)ss)', ['', [], shown?.tooltip ?? 'Keytray', '']),
      ItemIsMenu: new BusVariant('b', this.#options.activate === undefined),
      Menu: new BusVariant('o', menuPath),
    };
  }
}

const nothing: BusAnswer = { signature: '', body: [] };
const noPixels = new BusVariant('a(iiay)', []);
/** GNOME reads the status once: an item it met before there was anything to show stays hidden until told otherwise. */
function statusOf(shown: Shown | undefined): string {
  if (shown === undefined) return 'Passive';
  return shown.icon === 'attention' ? 'NeedsAttention' : 'Active';
}

const read = (property: string, type: string): string => `<property name="${property}" type="${type}" access="read"/>`;
const texts = ['Category', 'Id', 'Title', 'Status', 'IconName', 'IconThemePath', 'OverlayIconName'];
const xml = `<interface name="${name}">
${[...texts, 'AttentionIconName', 'AttentionMovieName'].map((text) => read(text, 's')).join('')}
${['IconPixmap', 'OverlayIconPixmap', 'AttentionIconPixmap'].map((pixels) => read(pixels, 'a(iiay)')).join('')}
${read('WindowId', 'i')}${read('ToolTip', '(sa(iiay)ss)')}${read('ItemIsMenu', 'b')}${read('Menu', 'o')}
<method name="Activate"><arg type="i" name="x" direction="in"/><arg type="i" name="y" direction="in"/></method>
<method name="SecondaryActivate"><arg type="i" name="x" direction="in"/><arg type="i" name="y" direction="in"/></method>
<method name="ContextMenu"><arg type="i" name="x" direction="in"/><arg type="i" name="y" direction="in"/></method>
<method name="Scroll"><arg type="i" name="delta" direction="in"/><arg type="s" name="orientation" direction="in"/></method>
<signal name="NewTitle"/><signal name="NewIcon"/><signal name="NewAttentionIcon"/><signal name="NewOverlayIcon"/><signal name="NewToolTip"/><signal name="NewStatus"><arg type="s" name="status"/></signal>
</interface>`;
