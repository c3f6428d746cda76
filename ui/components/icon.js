import icon from '/static/icons.js';
export default icon;
