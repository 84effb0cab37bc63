#!/usr/bin/env bash
# The services tests use: a private PostgreSQL with PostGIS on loopback, and programs (chromium, CJK fonts, node).
#
#   tests/services.sh up      install what is missing (Debian, as root), start PostgreSQL, write .services/env
#   tests/services.sh down    stop exactly that PostgreSQL and remove its data
#
# .services/env holds shell assignments: GRIDSYS_TEST_POSTGRES=URL or GRIDSYS_TEST_POSTGRES_SKIP=REASON, and
# GRIDSYS_TEST_CHROMIUM=PATH or GRIDSYS_TEST_CHROMIUM_SKIP=REASON. With CI=true a missing service fails.
# GRIDSYS_SERVICES names another folder than .services, for a second set beside the first.
set -euo pipefail
cd "$(dirname "$0")/.."
services=$(realpath -m "${GRIDSYS_SERVICES:-.services}")
env_file=$services/env
export LC_ALL=C.UTF-8 DEBIAN_FRONTEND=noninteractive

say() { printf 'services: %s\n' "$*"; }
warn() { printf '\n*** services: %s\n\n' "$*" >&2; }
missing() { # NAME REASON: a service cannot be had
    warn "$2"
    printf '%s_SKIP=%q\n' "$1" "$2" >>"$env_file"
    if [ "${CI:-}" = true ]; then
        warn "CI=true, so this is an error"
        exit 1
    fi
}

newest_postgres() { # print the bin folder of the newest installed server
    local bin
    bin=$(find /usr/lib/postgresql -maxdepth 2 -name bin -type d 2>/dev/null | sort -V | tail -1)
    [ -n "$bin" ] && [ -x "$bin/initdb" ] && printf '%s\n' "$bin"
}
has_postgis() { # MAJOR
    [ -e "/usr/share/postgresql/$1/extension/postgis.control" ] && [ -e "/usr/share/postgresql/$1/extension/btree_gist.control" ]
}
major_of() { basename "$(dirname "$1")"; }
has_cjk_font() { fc-list 2>/dev/null | grep -ci 'noto.*cjk' >/dev/null; } # not -q: it would end fc-list by SIGPIPE

apt() { # ARGUMENTS...: apt-get, its noise shown only when it fails
    local log
    log=$(mktemp)
    if ! apt-get -q -y -o DPkg::Lock::Timeout=600 "$@" >"$log" 2>&1; then
        cat "$log" >&2
        rm -f "$log"
        return 1
    fi
    rm -f "$log"
}
may_install() { [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; }
install_packages() { # PACKAGES...
    say "installing $*"
    if [ -z "${apt_updated:-}" ]; then
        apt update || return 1
        apt_updated=1
    fi
    apt install --no-install-recommends "$@"
}

install_missing() {
    local packages=() bin
    command -v chromium >/dev/null || packages+=(chromium)
    has_cjk_font || packages+=(fonts-noto-cjk fontconfig)
    command -v node >/dev/null || packages+=(nodejs)
    if ! newest_postgres >/dev/null; then
        packages+=(postgresql)
        if may_install && [ ! -e /etc/postgresql-common ]; then # the package would start a server of its own
            mkdir -p /etc/postgresql-common/createcluster.d
            echo 'create_main_cluster = false' >/etc/postgresql-common/createcluster.d/gridsys.conf
        fi
    fi
    if [ ${#packages[@]} -gt 0 ] && may_install; then install_packages "${packages[@]}" || warn "apt-get failed"; fi
    bin=$(newest_postgres) || return 0
    if ! has_postgis "$(major_of "$bin")" && may_install; then
        install_packages "postgresql-$(major_of "$bin")-postgis-3" || warn "apt-get failed"
    fi
}

as_server() { # run a command as the user the server runs as: PostgreSQL refuses root
    if [ "$(id -u)" != 0 ]; then "$@"; else (cd / && setpriv --reuid="$server_user" --regid="$(id -g "$server_user")" --clear-groups "$@"); fi
}
free_port() {
    python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'
}
server_pid() { # print the pid of our running server
    local data pid
    data=$(cat "$services/data_folder" 2>/dev/null) || return 1
    pid=$(head -1 "$data/postmaster.pid" 2>/dev/null) || return 1
    tr '\0' ' ' <"/proc/$pid/cmdline" 2>/dev/null | grep -qF -- "-D $data" && printf '%s\n' "$pid"
}

make_data_folder() { # print a new folder the server's user can reach and nobody else can read
    local data
    data=$services/postgres.$$
    mkdir "$data"
    if [ "$(id -u)" = 0 ]; then
        chown "$server_user" "$data"
        if ! as_server test -w "$data" 2>/dev/null; then # the checkout lies in a private home folder
            rmdir "$data"
            data=$(mktemp -d "${TMPDIR:-/tmp}/gridsys-postgres.XXXXXX")
            chown "$server_user" "$data"
        fi
    fi
    chmod 700 "$data"
    printf '%s\n' "$data"
}

start_postgres() { # BIN: initialise, start, create the database
    local bin=$1 data port attempt url
    data=$(make_data_folder)
    printf '%s\n' "$data" >"$services/data_folder"
    as_server "$bin/initdb" -D "$data" -U postgres --auth=trust --encoding=UTF8 --locale=C.UTF-8 >"$services/postgres.log" 2>&1 ||
        { cat "$services/postgres.log" >&2; return 1; }
    printf 'host all all 127.0.0.1/32 trust\n' | as_server tee "$data/pg_hba.conf" >/dev/null
    for attempt in 1 2 3; do
        port=$(free_port)
        if as_server "$bin/pg_ctl" -D "$data" -l "$data/server.log" -w -t 60 -o "-p $port -c listen_addresses=127.0.0.1 \
            -c unix_socket_directories='' -c fsync=on -c shared_buffers=256MB -c max_wal_size=2GB" start >/dev/null 2>&1; then
            "$bin/psql" -q -v ON_ERROR_STOP=1 -h 127.0.0.1 -p "$port" -U postgres -c 'CREATE DATABASE gridsys' postgres || return 1
            "$bin/psql" -q -v ON_ERROR_STOP=1 -h 127.0.0.1 -p "$port" -U postgres \
                -c 'CREATE EXTENSION postgis' -c 'CREATE EXTENSION btree_gist' gridsys || return 1
            url=postgresql+psycopg://postgres@127.0.0.1:$port/gridsys
            printf 'GRIDSYS_TEST_POSTGRES=%q\n' "$url" >>"$env_file"
            say "PostgreSQL $(major_of "$bin") with PostGIS at $url (pid $(server_pid), data in $data)"
            return 0
        fi
        say "port $port was taken meanwhile (attempt $attempt)"
    done
    as_server cat "$data/server.log" >&2
    return 1
}

up() {
    local bin chromium
    mkdir -p "$services"
    exec 9>"$services/lock"
    flock 9
    if [ -s "$env_file" ] && server_pid >/dev/null; then
        say "already up: $(grep '^GRIDSYS_TEST_POSTGRES=' "$env_file")"
        return 0
    fi
    remove_data # left by a machine that went down
    : >"$env_file"
    install_missing

    if chromium=$(command -v chromium); then
        printf 'GRIDSYS_TEST_CHROMIUM=%q\n' "$chromium" >>"$env_file"
        say "chromium at $chromium"
    else
        missing GRIDSYS_TEST_CHROMIUM "chromium is missing and could not be installed (needs root and apt-get): browser tests will be skipped"
    fi
    command -v node >/dev/null || missing GRIDSYS_TEST_NODE "node is missing and could not be installed (needs root and apt-get)"
    has_cjk_font || missing GRIDSYS_TEST_CJK_FONT "no Noto CJK font, and it could not be installed (needs root and apt-get): Chinese labels will be boxes in pictures"

    if ! bin=$(newest_postgres); then
        missing GRIDSYS_TEST_POSTGRES "PostgreSQL is missing and could not be installed (needs root and apt-get)"
    elif ! has_postgis "$(major_of "$bin")"; then
        missing GRIDSYS_TEST_POSTGRES "PostGIS for PostgreSQL $(major_of "$bin") is missing and could not be installed (needs root and apt-get)"
    else
        server_user=postgres
        id postgres >/dev/null 2>&1 || server_user=nobody
        start_postgres "$bin" 9>&- || missing GRIDSYS_TEST_POSTGRES "PostgreSQL did not start; its log is above"
    fi
}

remove_data() {
    local data
    data=$(cat "$services/data_folder" 2>/dev/null) || return 0
    case $data in
        "$services"/postgres.* | */gridsys-postgres.*) rm -rf -- "$data" ;;
    esac
    rm -f "$services/data_folder"
}

down() {
    local pid
    if pid=$(server_pid); then
        kill -INT "$pid" # fast shutdown
        for _ in $(seq 300); do
            [ -e "/proc/$pid" ] || break
            sleep 0.1
        done
        if [ -e "/proc/$pid" ]; then
            warn "PostgreSQL (pid $pid) did not stop within 30 s"
            exit 1
        fi
        say "PostgreSQL (pid $pid) stopped, its data removed"
    else
        say "no PostgreSQL of ours is running"
    fi
    remove_data
    rm -f "$env_file"
}

case "${1:-}" in
    up) up ;;
    down) down ;;
    *)
        echo "usage: tests/services.sh up|down" >&2
        exit 2
        ;;
esac
