// Reads the templates of our components, as strings in their scripts, and prints what is to be known of each as JSON.
// Usage: node templates.mjs FILE… from the root of the repository.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

const load = createRequire(`${process.cwd()}/.cache/`); // where .setup/prepare installs
const { parse: parseScript } = load('acorn');
const { compile, parse: parseTemplate } = load('@vue/compiler-dom');

const property = (object, name) => object.properties.find((each) => each.key?.name === name)?.value;
const keys = (object) => (object?.properties || []).map((each) => each.key.name ?? each.key.value);
const repeats = (element) => element.props.some((each) => each.name === 'for');
const isKey = (each) => each.name === 'bind' && each.arg?.content === 'key';

const found = process.argv.slice(2).flatMap((file) => {
  const script = parseScript(readFileSync(file, 'utf8'), {
    ecmaVersion: 'latest',
    sourceType: 'module',
    locations: true,
  });
  return components(script).map((component) => ({ at: `${file}:${component.loc.start.line}`, ...read(component) }));
});
console.log(JSON.stringify(found));

// Every object in the script that has a template.
function components(node) {
  if (node === null || typeof node !== 'object') return [];
  const inside = Object.values(node).flatMap(components);
  return node.type === 'ObjectExpression' && property(node, 'template') ? [node, ...inside] : inside;
}

function read(component) {
  const template = property(component, 'template').quasis[0].value.cooked;
  const errors = [];
  const onError = (error) => errors.push(`${error.message} (line ${error.loc?.start.line} of the template)`);
  const { code } = compile(template, { mode: 'module', prefixIdentifiers: true, onError });
  const elements = walk(parseTemplate(template, { onError }));
  return {
    errors,
    unkeyed: elements
      .filter((each) => repeats(each) && !each.props.some(isKey))
      .map((each) => each.loc.source.slice(0, 60)),
    unknown: unknown(component, code),
    classes: elements.flatMap(classesOf),
  };
}

function walk(node) {
  const inside = (node.children || []).flatMap(walk);
  return node.props ? [node, ...inside] : inside;
}

// The names in `class`, and in `:class` those that stand there as words.
function classesOf(element) {
  return element.props.flatMap((each) => {
    if (each.name === 'class') return each.value.content.split(/\s+/);
    if (each.name !== 'bind' || each.arg?.content !== 'class') return [];
    return (each.exp.content.match(/'[^']*'/g) || []).flatMap((words) => words.slice(1, -1).split(/\s+/));
  });
}

// What the template names and the component does not have; Quasar's components are known everywhere.
function unknown(component, code) {
  const names = ['props', 'computed', 'methods'].flatMap((part) => keys(property(component, part)));
  const data = property(component, 'data')?.body.body.find((each) => each.type === 'ReturnStatement');
  const own = new Set([...names, ...keys(data?.argument)]);
  const parts = new Set(keys(property(component, 'components')));
  const used = [...code.matchAll(/_ctx\.(\w+)/g)].map((each) => each[1]);
  const placed = [...code.matchAll(/_resolveComponent\("([^"]+)"\)/g)].map((each) => each[1]);
  return [
    ...used.filter((each) => !own.has(each)),
    ...placed.filter((each) => !parts.has(each) && !each.startsWith('q-')),
  ];
}
