# A gateway as "sluice init" makes it, on loopback, with a data directory of its own. Sourced by run.sh.

# start_gateway: runs gateway/sluice.yaml until the example ends; sets port and SLUICE_SOCKET.
start_gateway() {
    background gateway.log "$sluice" serve --config gateway/sluice.yaml
    export SLUICE_SOCKET=$demo/gateway/data/admin.sock
    wait_for 'the gateway' sluice status
    port=$(sluice status -o json | grep -o '127\.0\.0\.1:[0-9]*' | head -n 1 | cut -d: -f2)
}

# with_hosts before a client's command gives it the address of $domain without touching /etc/hosts (nss_wrapper).
name_domain() { echo "127.0.0.1 $domain" > hosts && with_hosts='env LD_PRELOAD=libnss_wrapper.so NSS_WRAPPER_HOSTS=hosts'; }
