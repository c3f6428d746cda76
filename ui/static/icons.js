// The line icons of the design: 24 × 24, stroked in the current colour.
const PATHS = {
  user: '<circle cx="12" cy="8" r="4"/><path d="M4.5 20c1-4 4-6 7.5-6s6.5 2 7.5 6"/>',
  lock: '<rect x="5" y="11" width="14" height="9" rx="2"/><path d="M8 11V8a4 4 0 0 1 8 0v3"/>',
  eye: '<path d="M2.5 12C5 7.5 8.3 5.5 12 5.5s7 2 9.5 6.5c-2.5 4.5-5.8 6.5-9.5 6.5S5 16.5 2.5 12z"/><circle cx="12" cy="12" r="3"/>',
  'eye-off':
    '<path d="M2.5 12C5 7.5 8.3 5.5 12 5.5s7 2 9.5 6.5c-2.5 4.5-5.8 6.5-9.5 6.5S5 16.5 2.5 12z"/><path d="M4 20L20 4"/>',
  card: '<rect x="3" y="5.5" width="18" height="13" rx="2"/><rect x="6" y="10" width="4.5" height="4" rx=".8"/><path d="M14 11h4M14 14h2.5"/>',
  search: '<circle cx="10.5" cy="10.5" r="6.5"/><path d="M15.5 15.5L20.5 20.5"/>',
  help: '<circle cx="12" cy="12" r="9"/><path d="M9.5 9.5a2.6 2.6 0 1 1 3.6 2.5c-.8.4-1.1.9-1.1 1.7M12 16.8v.1"/>',
  bell: '<path d="M6 16V11a6 6 0 0 1 12 0v5l1.5 2h-15zM10 20.5h4"/>',
  up: '<path d="M5.5 15l6.5-6.5 6.5 6.5"/>',
  down: '<path d="M5.5 9l6.5 6.5L18.5 9"/>',
  check: '<path d="M5 12.5l4.5 4.5L19 7.5"/>',
  cross: '<path d="M6 6l12 12M18 6L6 18"/>',
  next: '<path d="M9 5.5l6.5 6.5L9 18.5"/>',
  arrow: '<path d="M4.5 12h15M13 5.5l6.5 6.5-6.5 6.5"/>',
  people:
    '<circle cx="9" cy="8.5" r="3.5"/><path d="M2.5 19.5c.7-3.5 3.3-5.5 6.5-5.5s5.8 2 6.5 5.5M15.5 5.3a3.5 3.5 0 0 1 0 6.4M18 14.6c1.9.8 3.1 2.5 3.5 4.9"/>',
  pencil: '<path d="M5 19l1-4L16.5 4.5l3 3L9 18z"/>',
  cards:
    '<rect x="4" y="4" width="13" height="10" rx="1.5"/><path d="M7.5 17.5h11a1.5 1.5 0 0 0 1.5-1.5V8"/><path d="M8 9h5"/>',
  chart: '<path d="M4.5 20h15M7 20v-6M12 20V6M17 20v-9"/>',
  download: '<path d="M12 4v11M7 10.5l5 5 5-5M4.5 20h15"/>',
  flag: '<path d="M6 21V4h12l-2.5 4.5L18 13H6"/>',
  clock: '<circle cx="12" cy="12" r="8.5"/><path d="M12 7v5.3l3.5 2"/>',
  calendar: '<rect x="4" y="5.5" width="16" height="15" rx="2"/><path d="M4 10.5h16M8.5 3v4M15.5 3v4"/>',
  ok: '<circle cx="12" cy="12" r="9"/><path d="M8 12.3l2.8 2.8L16 9.6"/>',
  upload: '<path d="M12 16V5M7 9.5l5-5 5 5M4.5 20h15"/>',
  camera: '<path d="M4 8h3.5L9 5.5h6L16.5 8H20v11.5H4z"/><circle cx="12" cy="13.5" r="3.5"/>',
  warning: '<circle cx="12" cy="12" r="9"/><path d="M12 7.5v5.5M12 16.2v.1"/>',
  todo: '<circle cx="12" cy="12" r="6"/>',
  plus: '<path d="M12 5v14M5 12h14"/>',
  phone:
    '<path d="M6 4h4l1.5 4.5L9 10.5a11 11 0 0 0 4.5 4.5l2-2.5L20 14v4c0 1-1 2-2 2C10.5 20 4 13.5 4 6c0-1 1-2 2-2z"/>',
  print: '<path d="M7 9V4h10v5M7 17H4.5V9h15v8H17M7 14h10v6H7z"/>',
  bolt: '<path d="M13 3L5 13.5h6L10.5 21 19 10h-6z"/>',
  rotate: '<path d="M19 12a7 7 0 1 1-2.2-5.1M17 3v4.2h-4.2"/>',
  zoom: '<circle cx="10.5" cy="10.5" r="6.5"/><path d="M15.5 15.5L20.5 20.5M10.5 7.5v6M7.5 10.5h6"/>',
  'zoom-out': '<circle cx="10.5" cy="10.5" r="6.5"/><path d="M15.5 15.5L20.5 20.5M7.5 10.5h6"/>',
  full: '<path d="M4 9V4h5M15 4h5v5M20 15v5h-5M9 20H4v-5"/>',
  trash: '<path d="M5 7h14M9 7V4.5h6V7M7 7l1 13h8l1-13M10.5 11v5.5M13.5 11v5.5"/>',
  mail: '<rect x="3.5" y="5.5" width="17" height="13" rx="2"/><path d="M4 7l8 6 8-6"/>',
  book: '<path d="M5 4.5h11a3 3 0 0 1 3 3V20H8a3 3 0 0 1-3-3zM5 17a3 3 0 0 1 3-3h11"/>',
  undo: '<path d="M8 5L4 9l4 4M4 9h10a6 6 0 0 1 0 12h-3"/>',
  file: '<path d="M6 3h8l4.5 4.5V21H6zM14 3v5h4.5M9 12.5h6.5M9 16h6.5"/>',
  office: '<path d="M4 20.5V6l8-2.5L20 6v14.5M2.5 20.5h19M8 9.5h2M14 9.5h2M8 13h2M14 13h2M10 20.5V17h4v3.5"/>',
};

export default {
  name: 'lb-icon',
  props: {
    name: String,
    size: { type: [Number, String], default: 18 },
    weight: { type: [Number, String], default: 1.8 },
  },
  render() {
    return Vue.h('svg', {
      width: this.size,
      height: this.size,
      viewBox: '0 0 24 24',
      fill: 'none',
      stroke: 'currentColor',
      'stroke-width': this.weight,
      'stroke-linecap': 'round',
      'stroke-linejoin': 'round',
      'aria-hidden': 'true',
      innerHTML: PATHS[this.name] || '',
    });
  },
};
