#!/usr/bin/env bash
# Makes the keys and certificates of two-way authentication with nothing but openssl.
#   certificates.sh DIR DOMAIN
# leaves in DIR:
#   CA.crt CA.key            the CA of the devices, to be registered with the gateway
#   client.crt client.key    one device, CN=client-test
#   root.crt server.crt server.key    the server certificate of DOMAIN and the root that devices trust
#   stranger.crt stranger.key         a device of a CA that nobody registered
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
dir=${1:?usage: certificates.sh DIR DOMAIN}
domain=${2:?usage: certificates.sh DIR DOMAIN}
mkdir -p "$dir"
cd "$dir"
cp "$here/client.csr.cfg" "$here/client.crt.cfg" .
umask 077
exec 3>&2 2> openssl.log
trap 'cat openssl.log >&3' ERR

# 1. A CA for the devices.
openssl req -x509 -new -nodes -newkey rsa:2048 -sha256 -days 3650 -subj "/O=TX/OU=MQTT/CN=Device CA" -keyout CA.key -out CA.crt

# 2. The certificate of one device: its key and request, then the CA's signature.
#    It carries keyCertSign beside CA:FALSE and no extended key usage: odd, common, and accepted as it is.
openssl req -new -sha256 -nodes -out client.csr -newkey rsa:2048 -keyout client.key -config <(cat client.csr.cfg)
openssl x509 -req -in client.csr -CA CA.crt -CAkey CA.key -CAcreateserial -out client.crt -days 500 -sha256 -extfile client.crt.cfg

# 3. The server certificate of the custom domain, and the root that the devices trust.
openssl req -x509 -new -nodes -newkey ec -pkeyopt ec_paramgen_curve:P-256 -days 3650 -subj "/CN=Example Root" -keyout root.key -out root.crt
openssl req -new -nodes -newkey ec -pkeyopt ec_paramgen_curve:P-256 -subj "/CN=$domain" -keyout server.key -out server.csr
openssl x509 -req -in server.csr -CA root.crt -CAkey root.key -CAcreateserial -out server.crt -days 365 -sha256 \
    -extfile <(printf 'subjectAltName=DNS:%s\nextendedKeyUsage=serverAuth\nbasicConstraints=CA:FALSE\n' "$domain")

# 4. Somebody else's device.
openssl req -x509 -new -nodes -newkey rsa:2048 -sha256 -days 3650 -subj "/CN=Somebody else's CA" -keyout other.key -out other.crt
openssl req -new -sha256 -nodes -newkey rsa:2048 -subj "/CN=stranger" -keyout stranger.key -out stranger.csr
openssl x509 -req -in stranger.csr -CA other.crt -CAkey other.key -CAcreateserial -out stranger.crt -days 500 -sha256
