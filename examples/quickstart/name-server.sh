# NSD, an authoritative name server, with the zones of zones/. Sourced by run.sh; sets name_server.
name_server=127.0.0.1:$(free_port)
mkdir -p nsd
{
    cat <<CONF
server:
    ip-address: ${name_server/:/@}
    username: ""
    chroot: ""
    zonesdir: "$here/../../zones"
    database: ""
    pidfile: "$demo/nsd/pid"
    xfrdfile: "$demo/nsd/xfrd.state"
    xfrdir: "$demo/nsd"
    zonelistfile: "$demo/nsd/zone.list"
    server-count: 1
    rrl-ratelimit: 0
remote-control:
    control-enable: no
CONF
    for zone in company.example example.net; do
        printf 'zone:\n    name: "%s."\n    zonefile: "%s.zone"\n' $zone $zone
    done
} > nsd/nsd.conf
background nsd.log nsd -d -c nsd/nsd.conf
wait_for 'the name server' sluice cname check $domain --target $access_point --resolver $name_server --timeout 1s
say "nsd answers on $name_server"
