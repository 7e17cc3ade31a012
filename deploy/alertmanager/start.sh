#!/bin/sh
# Writes the Alertmanager's configuration from the environment, because it reads none by itself, and starts it.
#
#   ZAPYS_ALARM_EMAIL       who is written to, several with commas; by the mail server of the product:
#                           ZAPYS_SMTP_HOST, ZAPYS_SMTP_PORT, ZAPYS_MAIL_FROM, ZAPYS_SMTP_TLS (none, starttls, implicit),
#                           ZAPYS_SMTP_LOGIN with the password in the file smtp-password
#   ZAPYS_ALARM_TELEGRAM    number of the chat or group where the product's bot (file telegram-token) writes
#   ZAPYS_ALARM_WEBHOOK     address that gets every alarm as JSON: a service that wakes people up
#   ZAPYS_ALARM_HEARTBEAT   address that is called each minute while all is well; whoever waits there rings when it stops
#
# ZAPYS_KEYS is the folder of the files (/keys), ZAPYS_ALERTMANAGER_CONFIG where the configuration goes.
set -eu

keys=${ZAPYS_KEYS:-/keys}
config=${ZAPYS_ALERTMANAGER_CONFIG:-/tmp/alertmanager.yml}
email=${ZAPYS_ALARM_EMAIL:-} telegram=${ZAPYS_ALARM_TELEGRAM:-}
webhook=${ZAPYS_ALARM_WEBHOOK:-} heartbeat=${ZAPYS_ALARM_HEARTBEAT:-}

# Any text as a YAML string.
quoted() { printf "'%s'" "$(printf %s "$1" | sed "s/'/''/g")"; }

mail_server() {
    echo "global:"
    echo "  smtp_smarthost: $(quoted "${ZAPYS_SMTP_HOST:-simulators}:${ZAPYS_SMTP_PORT:-8091}")"
    echo "  smtp_from: $(quoted "${ZAPYS_MAIL_FROM:-no-reply@zapys.invalid}")"
    case ${ZAPYS_SMTP_TLS:-none} in
        starttls) echo "  smtp_require_tls: true" ;;
        none | implicit) echo "  smtp_require_tls: false" ;; # implicit: by itself where the port is 465
        *) echo "ZAPYS_SMTP_TLS must be none, starttls or implicit." >&2; exit 1 ;;
    esac
    if [ -n "${ZAPYS_SMTP_LOGIN:-}" ]; then
        echo "  smtp_auth_username: $(quoted "$ZAPYS_SMTP_LOGIN")"
        password=$(cat "$keys/smtp-password")
        echo "  smtp_auth_password: $(quoted "$password")"
    fi
}

routes() {
    cat <<'YAML'
route:
  receiver: operators
  group_by: [alertname]
  group_wait: 5s
  group_interval: 10s # a second service that stops must not wait a minute because the first one rang
  repeat_interval: 4h
  routes:
    - matchers: ['alertname = "Watchdog"']
      receiver: heartbeat
      group_wait: 0s
      group_interval: 1m
      repeat_interval: 1m
    - matchers: ['severity = "ticket"']
      receiver: operators
      group_wait: 5m
      group_interval: 5m
      repeat_interval: 24h
inhibit_rules:
  # Who is gone has no parts either, and without a broker nobody is connected to it.
  - source_matchers: ['alertname = "ServiceDown"']
    target_matchers: ['alertname = "PartNotReady"']
    equal: [service, role]
  - source_matchers: ['alertname = "BrokerDown"']
    target_matchers: ['alertname = "PartNotReady"', 'part = "broker"']
YAML
}

receivers() {
    echo "receivers:"
    echo "  - name: operators"
    if [ -n "$email" ]; then
        echo "    email_configs:"
        echo "      - to: $(quoted "$email")"
        echo "        send_resolved: true"
    fi
    if [ -n "$telegram" ]; then
        case ${telegram#-} in *[!0-9]* | "") echo "ZAPYS_ALARM_TELEGRAM must be the number of a chat." >&2; exit 1 ;; esac
        token=$(cat "$keys/telegram-token")
        echo "    telegram_configs:"
        echo "      - chat_id: $telegram"
        echo "        bot_token: $(quoted "$token")"
        echo "        api_url: $(quoted "${ZAPYS_TELEGRAM_URL:-http://simulators:8090/telegram}")"
        echo "        parse_mode: ''"
        cat <<'YAML'
        message: |-
          {{ range .Alerts }}{{ if eq .Status "firing" }}🔴{{ else }}🟢{{ end }} {{ .Annotations.summary }}
          {{ if eq .Status "firing" }}{{ .Annotations.cure }} ({{ .Annotations.runbook }}){{ end }}
          {{ end }}
YAML
    fi
    if [ -n "$webhook" ]; then
        echo "    webhook_configs:"
        echo "      - url: $(quoted "$webhook")"
    fi
    echo "  - name: heartbeat"
    if [ -n "$heartbeat" ]; then
        echo "    webhook_configs:"
        echo "      - url: $(quoted "$heartbeat")"
        echo "        send_resolved: false"
    fi
}

[ -n "$email$telegram$webhook" ] ||
    echo "Nobody is told of alarms: set ZAPYS_ALARM_EMAIL, ZAPYS_ALARM_TELEGRAM or ZAPYS_ALARM_WEBHOOK." >&2

umask 077 # it holds passwords
# Each taken by itself first: a part that fails must end the script rather than be left out.
mail=$([ -z "$email" ] || mail_server)
wanted=$(receivers)
{ [ -z "$mail" ] || printf '%s\n' "$mail"; routes; printf '%s\n' "$wanted"; } > "$config"
exec "${ALERTMANAGER:-alertmanager}" "--config.file=$config" "$@"
