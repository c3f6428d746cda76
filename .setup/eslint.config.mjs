// ESLint for our scripts. The template of a component is a string in its script: it is read as a Vue file of its own.
import { createRequire } from 'node:module';

const load = createRequire(new URL('../.cache/', import.meta.url)); // where .setup/prepare installs
const js = load('@eslint/js');
const globals = load('globals');
const vue = load('eslint-plugin-vue');

const TEMPLATE = /^ *template: `([^`]*)`/gm;

const templates = {
  meta: { name: 'templates' },
  supportsAutofix: true,
  preprocess: (text) => [text, ...Array.from(text.matchAll(TEMPLATE), ({ 1: template }) => alone(text, template))],
  postprocess: (messages) => messages.flat(),
};

// A Vue file of this template, in which every place is the same place in the script.
function alone(text, template) {
  const start = text.indexOf(template);
  const before = text.slice(0, text.lastIndexOf('\n', start - 1) + 1).replace(/[^\n]/g, ' ');
  const opening = '<template>'.padEnd(start - before.length);
  return { filename: 'template.vue', text: before + opening + template.trimEnd() + '\n</template>' };
}

export default [
  js.configs.recommended,
  ...vue.configs['flat/essential'],
  {
    files: ['ui/**/*.js'],
    processor: templates,
    languageOptions: { globals: { ...globals.browser, Vue: 'readonly', Quasar: 'readonly' } },
    rules: {
      'no-irregular-whitespace': ['error', { skipTemplates: true, skipStrings: true, skipComments: true }],
      eqeqeq: 'error',
      'prefer-const': 'error',
      'no-var': 'error',
    },
  },
  {
    files: ['**/*.vue'],
    rules: {
      'no-irregular-whitespace': 'off', // full-width blanks are text
      'vue/html-indent': ['error', 2, { baseIndent: 2 }],
      'vue/max-len': ['error', { code: 120, template: 120 }],
    },
  },
  { files: ['ui/static/{site,public}.js'], languageOptions: { sourceType: 'script' } },
  { files: ['.setup/*.mjs', 'tests/**/*.mjs'], languageOptions: { globals: globals.node } },
];
