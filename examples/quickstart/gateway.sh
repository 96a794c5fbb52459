# The gateway with a fresh data directory. Sourced by run.sh; sets port and SLUICE_SOCKET.
show sluice init gateway --hostname $access_point --listen 127.0.0.1:0
start_gateway
show sluice status
