// Reads scripts as [{name, kind, text}] in JSON and prints for each what a real parser says, and which names nobody
// declares. `kind` is "script" or "module". Usage: node undeclared.mjs < scripts.json from the root of the repository.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

const load = createRequire(`${process.cwd()}/.cache/`); // where .setup/prepare installs
const { Linter } = load('eslint');
const globals = load('globals');

const known = { ...globals.browser, Vue: 'readonly', Quasar: 'readonly', io: 'writable', addStyle: 'readonly' };
const linter = new Linter({ configType: 'flat' });
const found = Object.fromEntries(
  JSON.parse(readFileSync(0, 'utf8')).map(({ name, kind, text }) => [
    name,
    linter
      .verify(text, {
        languageOptions: { ecmaVersion: 'latest', sourceType: kind, globals: known },
        linterOptions: { reportUnusedDisableDirectives: 'off', noInlineConfig: true },
        rules: { 'no-undef': 'error' },
      })
      .map(({ message, line }) => `${line}: ${message}`),
  ]),
);
console.log(JSON.stringify(found));
