#!/usr/bin/env bash
# Makes a fleet's keys and certificates with nothing but openssl.
#   certificates.sh DIR DEVICE…
# leaves in DIR: fleet.crt fleet.key, the CA that signs devices, and DEVICE.crt DEVICE.key for each of them.
set -euo pipefail
dir=${1:?usage: certificates.sh DIR DEVICE...}
shift
mkdir -p "$dir"
cd "$dir"
umask 077
exec 3>&2 2> openssl.log
trap 'cat openssl.log >&3' ERR
new_key=(-newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes)

openssl req -x509 -new "${new_key[@]}" -sha256 -days 3650 -subj "/O=Fleet/CN=Fleet CA" -keyout fleet.key -out fleet.crt
for device in "$@"; do
    openssl req -new "${new_key[@]}" -subj "/O=Fleet/OU=Plant 1/CN=$device" -keyout "$device.key" -out "$device.csr"
    openssl x509 -req -in "$device.csr" -CA fleet.crt -CAkey fleet.key -CAcreateserial -days 365 -sha256 -out "$device.crt"
done
