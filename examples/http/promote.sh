#!/bin/sh
# Asks what an environment serves, and points it at another version, with curl alone:
#   promote.sh URL ENVIRONMENT NAME VERSION REASON
# PROMPTCTL_TOKEN is a token for `promote` there. Exits 22 where the server says no.
set -eu
url=$1 environment=$2 name=$3 version=$4 reason=$5
case "$name$version$reason" in
  *[\"\\]*) echo "no quotes and no backslashes: they would have to be escaped" >&2; exit 2 ;;
esac

# A header from standard input shows up in no list of processes.
ask() {
  printf 'Authorization: Bearer %s\n' "$PROMPTCTL_TOKEN" |
    curl --silent --show-error --fail-with-body --max-time 60 --header @- "$@"
}

echo "serves now:"
ask "$url/api/v1/environments/$environment/prompts/$name" | head -c 300
echo

body=$(printf '{"references": ["%s@%s"], "reason": "%s"}' "$name" "$version" "$reason")
key=$(od -An -N16 -tx1 /dev/urandom | tr -d ' \n')

echo "would do:"
ask --json "$(printf '{"references": ["%s@%s"], "dry_run": true}' "$name" "$version")" \
  "$url/api/v1/environments/$environment/promotions"
echo

# The same key twice: where the first answer was lost, the second is the same, and nothing is done twice.
for try in 1 2; do
  echo "done, asked $try times:"
  ask --json "$body" --header "Idempotency-Key: $key" "$url/api/v1/environments/$environment/promotions"
  echo
done
