#!/usr/bin/env bash
# Holds the running service against openapi.yaml: specmatic invents requests, valid and not, for every role, and
# contract-proxy.ts fails on any 5xx, any status or content type not declared, and any body of another shape than declared.
# Failures that specmatic itself counts are expected: an invented code or a used order is rightly refused with 4xx.
# Needs Java 17, jq, curl and the npm registry; SPECMATIC="java -jar specmatic.jar" takes an installed one. About 5 minutes.
# Prints requests by operation and status, then the faults; exits 1 on a fault or an operation that was never answered
# with success. KEEP=1 keeps all outputs; findings.jsonl among them has every faulty request whole.
set -euo pipefail
cd "$(dirname "$0")/.."
specmatic=${SPECMATIC:-npx -y specmatic@2.55.1}
work=$(mktemp -d)
chmod 711 "$work" # started by root, PostgreSQL runs as another user
export DATA_DIR=$work/data HOST=127.0.0.1 PORT=0 RATE_LIMIT_CALLER=0 RATE_LIMIT_ADDRESS=0 SHED_DELAY_MS=0
jiesu() { node --import tsx src/main.ts "$@"; }
stop() {
  for pid in ${proxy:-} ${service:-}; do kill "$pid" && wait "$pid" || true; done 2>/dev/null
  if [ -n "${KEEP:-}" ]; then echo "outputs: $work" >&2; else rm -rf "$work"; fi
}
trap stop EXIT
# The first URL in a file that is about to be written.
urlIn() { for _ in {1..200}; do grep -om1 'http://127.0.0.1:[0-9]*' "$1" && return; sleep 0.3; done; cat "$1" >&2; return 1; }

node --import tsx src/main.ts serve 2>"$work/service.log" & service=$!
url=$(urlIn "$work/service.log")
jiesu demo --count 100 >/dev/null
node --import tsx scripts/contract-proxy.ts openapi.yaml "$url" "$work/findings.jsonl" >"$work/result" & proxy=$!
checked=$(urlIn "$work/result")
declare -A token
for role in operator channel dispatcher callback analyst; do token[$role]=$(jiesu token create --role $role); done
token[handler]=$(jiesu token create --role handler --unit 110105026)

# Rows in every state: complaints at the triage desk; orders just sent, signed, contacted; call-backs.
call() { curl -sS "$url/api/v1$2" -H "Authorization: Bearer ${token[$1]}" ${3:+-H 'Content-Type: application/json' -d "$3"}; }
property='{"channel":"phone","text":"物业不管","street":"110105026","matter":"M05.03.02"}'
orders() { for _ in {1..10}; do call operator /complaints "$property"; done | jq -r '.orders[0].id'; }
onEach() { while read -r id; do call handler "/orders/$id/$1" "$2" >/dev/null; done; }
for _ in {1..30}; do call operator /complaints '{"channel":"phone","text":"你好"}'; done | jq -r .number >"$work/triage"
orders >"$work/sent"; orders >"$work/signed"; orders >"$work/contacted"
onEach sign '{}' < <(cat "$work/signed" "$work/contacted")
onEach contact '{"way":"phone"}' <"$work/contacted"
call callback '/callbacks?limit=100' | jq -r '.items[].id' >"$work/callbacks"

# Files, which specmatic does not invent: one with a complaint, one with an order; read, asked for again, withdrawn.
base64 -d >"$work/photo.png" <<<'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=='
through() { curl -sS "$checked/api/v1$2" -H "Authorization: Bearer ${token[$1]}" "${@:3}"; }
attach() { through "$1" "$2/attachments" -F "file=@$work/photo.png" -F note=现场 | jq -r .id; }
attachment=$(attach operator "/complaints/$(head -1 "$work/triage")")
attach handler "/orders/$(head -1 "$work/sent")" >/dev/null
for path in "/complaints/$(head -1 "$work/triage")/attachments" "/orders/$(head -1 "$work/sent")/attachments" "/attachments/$attachment"; do
  through operator "$path" -o /dev/null
done
# A call-back read, claimed, given back; a complaint looked at and evaluated by its caller, who has no token.
task=$(head -1 "$work/callbacks")
through callback "/callbacks/$task" -o /dev/null
through callback "/callbacks/$task/claim" -X POST -o /dev/null
through callback "/callbacks/$task/claim" -X DELETE -o /dev/null
filed=$(call operator /complaints "$property")
order=$(jq -r '.orders[0].id' <<<"$filed") page=/api/v1/public/complaints/$(jq -r .number <<<"$filed") code=$(jq -r .code <<<"$filed")
call handler "/orders/$order/sign" '{}' >/dev/null
call handler "/orders/$order/reply" '{"result":"resolved","text":"已清运。"}' >/dev/null
curl -sS "$checked$page?code=$code" -o /dev/null
curl -sS "$checked$page/evaluation" -H 'Content-Type: application/json' -o /dev/null \
  -d "{\"code\":\"$code\",\"contacted\":true,\"resolved\":true,\"satisfaction\":\"basic\"}"
through operator "/attachments/$attachment/withdraw" -H 'Content-Type: application/json' -d '{"reason":"传错"}' -o /dev/null

# specmatic knows no cookies. Bodies get names, for the dictionary. Of the optional query parameters a third stays: specmatic tries all subsets.
node -p 'JSON.stringify(require("yaml").parse(require("fs").readFileSync("openapi.yaml", "utf8")))' >"$work/openapi.json"
prepare='del(.paths[][] | select(.requestBody.content["multipart/form-data"]))
  | del(.paths[][].security[]? | select(has("cookie"))) | del(.components.securitySchemes.cookie, .components.securitySchemes.csrf)
  | .components.schemas += ([.paths[][] | select(.requestBody) | {(.operationId): .requestBody.content[].schema}] | add)
  | (.paths[][] | select(.requestBody)) |= (.requestBody.content[].schema = {"$ref": "#/components/schemas/\(.operationId)"})
  | (.paths[][].parameters | select(.)) |= ([.[] | select(.in == "query" and (.required | not))] as $optional
      | . - [$optional | to_entries[] | select((.key * 3 / ($optional | length) | floor) != $part).value])'
# One run of specmatic: role, filter, file of ids for the paths, third of the query parameters.
try() {
  local folder; folder=$(mktemp -d "$work/$1.XXXX")
  jq --argjson part "${4:-0}" "$prepare" "$work/openapi.json" >"$folder/openapi.json"
  cat >"$folder/openapi_dictionary.yaml" <<YAML
assist: { text: 花家地西里停水, district: "110105" }
fileComplaint: { text: 停水, type: complain, district: "110105", street: "110105026", level: L3, matter: M05.03.02, need: ZJ }
dispatchComplaint: { lead: "110105026", co: [["110105"]], level: L2, matter: M05.03.02, need: ZJ }
PARAMETERS:
  PATH: { number: $(jq -Rnc '[inputs]' "$work/triage"), id: $(jq -Rnc '[inputs]' "$work/$3") }
  QUERY: { q: 停水, district: "110105", unit: "110105026", from: "2026-10-01", to: "2026-12-01", period: 2026-11, parent: "110105" }
YAML
  (cd "$folder" && bearer=${token[$1]} SPECMATIC_DISABLE_TELEMETRY=true SPECMATIC_GENERATIVE_TESTS=true MAX_TEST_REQUEST_COMBINATIONS=20 \
    timeout 300 $specmatic test openapi.json --testBaseURL="$checked" --timeout=20 --filter="$2" >out.txt 2>&1) || true
  echo "$1, $2: $(grep -o 'Tests run: .*' "$folder/out.txt" || tail -3 "$folder/out.txt")" >&2
}
for part in 0 1 2; do
  try operator "METHOD='GET' && PATH!='/api/v1/queue' && PATH!='/api/v1/callbacks' && PATH!='/api/v1/reports/rates'" sent $part
  try analyst "PATH='/api/v1/reports/rates'" sent $part
  try handler "PATH='/api/v1/queue'" sent $part
  try callback "PATH='/api/v1/callbacks'" callbacks $part
done
for role in operator channel; do try $role "TAGS='intake'" sent; done
try dispatcher "PATH='/api/v1/complaints/{number}/dispatch'" sent
for step in sign:sent contact:signed reply:contacted; do try handler "PATH='/api/v1/orders/{id}/${step%:*}'" "${step#*:}"; done
try callback "PATH='/api/v1/callbacks/{id}/attempts'" callbacks

kill "$proxy"
wait "$proxy" && status=0 || status=1
proxy=
cat "$work/result"
! grep '"level":50' "$work/service.log" && exit $status
