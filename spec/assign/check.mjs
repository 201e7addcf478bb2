// Recomputes changes.json from its description in README.md, and nothing else: node spec/assign/check.mjs
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";

const splits = JSON.parse(readFileSync(new URL("changes.json", import.meta.url), "utf8"));
const place = (salt, unit) => {
  const hash = createHash("sha256").update(`promptctl-assign/v1|${salt}|${unit}`, "utf8").digest();
  return Number(((hash.readBigUInt64BE() >> 11n) * 10000n) >> 53n);
};
const wrong = [];
let units = 0;
for (const { salt, changes, units: listed } of splits) {
  const lines = changes.map(({ ranges }) => {
    const line = Array(10000).fill("");
    for (const [name, own] of Object.entries(ranges))
      for (const [start, end] of own) for (let at = start; at < end; at++) line[at] += name;
    return line;
  });
  lines.forEach((line, step) => {
    const { percents } = changes[step];
    const before = lines[step - 1] ?? Array(10000).fill("");
    const count = (of, name) => of.filter((arm) => arm === name).length;
    for (const [name, percent] of Object.entries(percents))
      if (count(line, name) !== Math.round(percent * 100)) wrong.push(`${salt}: ${name} has not ${percent} %`);
    const growth = Object.keys(percents).map((name) => Math.max(0, count(line, name) - count(before, name)));
    const moved = line.filter((arm, at) => arm !== before[at]).length;
    if (moved !== growth.reduce((sum, more) => sum + more, 0)) wrong.push(`${salt}: change ${step} moves too many`);
    if (line.some((arm) => !(arm in percents))) wrong.push(`${salt}: change ${step} leaves a gap or an overlap`);
  });
  for (const [unit, at, arms] of listed) {
    units += 1;
    const found = place(salt, unit);
    if (found !== at || lines.map((line) => line[found]).join("") !== arms)
      wrong.push(`${salt} ${JSON.stringify(unit)}: ${found}`);
  }
}
console.log(`${units} units of ${splits.length} splits, ${wrong.length} wrong`);
for (const line of wrong.slice(0, 20)) console.log(line);
process.exit(wrong.length || units < 10000 ? 1 : 0);
