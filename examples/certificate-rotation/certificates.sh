#!/usr/bin/env bash
# Makes last year's and this year's keys and certificates with nothing but openssl.
#   certificates.sh DIR DOMAIN
# leaves in DIR, for the years 2025 and 2026:
#   root-YEAR.crt                     what devices of that year trust
#   server-YEAR.crt server-YEAR.key   the domain's certificate, signed by that root
#   fleet-YEAR.crt                    the CA of the devices made that year
#   device-YEAR.crt device-YEAR.key   one of them
set -euo pipefail
dir=${1:?usage: certificates.sh DIR DOMAIN}
domain=${2:?usage: certificates.sh DIR DOMAIN}
mkdir -p "$dir"
cd "$dir"
umask 077
exec 3>&2 2> openssl.log
trap 'cat openssl.log >&3' ERR
new_key=(-newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes)

# authority NAME SUBJECT: a self-signed CA.
authority() { openssl req -x509 -new "${new_key[@]}" -sha256 -days 3650 -subj "$2" -keyout "$1.key" -out "$1.crt"; }
# issue NAME BY SUBJECT EXTENSION…: a certificate signed by a CA.
issue() {
    local name=$1 by=$2 subject=$3
    shift 3
    openssl req -new "${new_key[@]}" -subj "$subject" -keyout "$name.key" -out "$name.csr"
    openssl x509 -req -in "$name.csr" -CA "$by.crt" -CAkey "$by.key" -CAcreateserial -days 365 -sha256 \
        -extfile <(printf '%s\n' basicConstraints=CA:FALSE "$@") -out "$name.crt"
}

for year in 2025 2026; do
    authority root-$year "/O=Company/CN=Root $year"
    issue server-$year root-$year "/CN=$domain" "subjectAltName=DNS:$domain" extendedKeyUsage=serverAuth
    authority fleet-$year "/O=Company/CN=Fleet $year"
    issue device-$year fleet-$year "/O=Company/CN=device-$year"
done
