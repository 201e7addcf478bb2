// promptfoo's own verdicts, offline: node verdicts.mjs PROMPTFOO CONFIG < answers.json
// PROMPTFOO is the folder that promptfoo is installed in; answers are [{values as JSON: answer}, …], one run for each.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';

const [installed, file] = process.argv.slice(2).map((path) => resolve(path));
const require = createRequire(`${installed}/package.json`);
const promptfoo = (await import(pathToFileURL(require.resolve('promptfoo')))).default;
const config = require('js-yaml').load(readFileSync(file, 'utf8'));
const { kinds, runs } = JSON.parse(readFileSync(0, 'utf8'));
const print = process.stdout.write.bind(process.stdout);
process.chdir(dirname(file));

const plain = (kind) => kind.replace(/^not-/, '');
const known = (assertion) => assertion.type === 'assert-set' || kinds.includes(plain(assertion.type));
const strip = (test) => (test?.assert ? { ...test, assert: test.assert.filter(known) } : test);
const sorted = (value) => JSON.stringify(Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1))));
const grader = { id: () => 'none', callApi: async () => ({ output: '{"pass": true, "score": 1, "reason": ""}' }) };
const found = [];
for (const answers of runs) {
  const answer = async (prompt, { vars }) => ({ output: answers[sorted(vars)] ?? '', cost: 0.001 });
  const defaultTest = strip(config.defaultTest) ?? {};
  const suite = {
    prompts: Array.isArray(config.prompts) ? config.prompts.slice(0, 1) : config.prompts,
    providers: [answer],
    defaultTest: { ...defaultTest, options: { ...defaultTest.options, provider: grader } },
    tests: Array.isArray(config.tests) ? config.tests.map(strip) : config.tests,
    writeLatestResults: false,
  };
  const record = await promptfoo.evaluate(suite, { maxConcurrency: 1, cache: false, showProgressBar: false });
  const summary = await (record.toEvaluateSummary?.() ?? record);
  found.push(
    summary.results
      .filter((result) => result.promptIdx === 0)
      .map((result) => ({
        values: sorted(result.vars),
        verdicts: (result.gradingResult?.componentResults ?? [])
          .filter((each) => each.assertion && kinds.includes(plain(each.assertion.type)))
          .map((each) => [each.assertion.type, each.pass]),
      })),
  );
}
print(`\n${JSON.stringify(found)}\n`, () => process.exit(0));
