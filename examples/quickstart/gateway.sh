# The gateway with a fresh data directory. Sourced by run.sh; sets port and SLUICE_SOCKET.
show sluice init gateway --hostname $access_point --listen 127.0.0.1:0
background gateway.log "$sluice" serve --config gateway/sluice.yaml
export SLUICE_SOCKET=$demo/gateway/data/admin.sock
wait_for 'the gateway' sluice status
port=$(sluice status -o json | grep -o '127\.0\.0\.1:[0-9]*' | head -n 1 | cut -d: -f2)
show sluice status
