# A root folder with a minimal Debian 12 in it, to try what needs a machine that has
# nothing else. Sourced by the tests of this folder; needs root and debootstrap.
#
#   clean_root_image TAR          debootstraps into TAR, unless it is there
#   clean_root_make TAR FOLDER    unpacks it into FOLDER, which must not be there
#   clean_root_run FOLDER [-b SOURCE:TARGET]... [-u USER] [-n | -N FILE] COMMAND...
#                                 runs a command in it, as root or as USER; mounts and
#                                 processes of it end with the command; with -n it has
#                                 a loopback of its own and no other network, with -N
#                                 the network namespace FILE
#   clean_root_remove FOLDER      ends what runs in one, and removes FOLDER, never what
#                                 was mounted in it
#
# shellcheck shell=bash

clean_root_suite=bookworm
clean_root_mirror=${BRAINALIGN_DEBIAN_MIRROR:-http://deb.debian.org/debian}
clean_root_security=${BRAINALIGN_DEBIAN_SECURITY_MIRROR:-http://deb.debian.org/debian-security}

clean_root_require() {
  if [ "$(id -u)" -ne 0 ]; then
    echo "$1: needs root, to make a root folder and to change into it" >&2
    exit 1
  fi
}

clean_root_image() {
  local tar=$1 folder
  [ ! -s "$tar" ] || return 0
  mkdir -p "$(dirname "$tar")"
  folder=$(mktemp -d "${TMPDIR:-/tmp}/brainalign-image.XXXXXX")
  if ! debootstrap --variant=minbase "$clean_root_suite" "$folder/root" "$clean_root_mirror" \
    >"$tar.log" 2>&1; then
    tail -n 20 "$tar.log" >&2
    echo "clean root: debootstrap failed; its output is in $tar.log" >&2
    rm -rf --one-file-system "$folder"
    return 1
  fi
  # As Debian's installer and its official images have it.
  cat >"$folder/root/etc/apt/sources.list" <<SOURCES
deb $clean_root_mirror $clean_root_suite main
deb $clean_root_mirror $clean_root_suite-updates main
deb $clean_root_security $clean_root_suite-security main
SOURCES
  rm -rf "$folder"/root/var/cache/apt/archives/*.deb "$folder"/root/var/lib/apt/lists/*
  tar -C "$folder/root" --numeric-owner -cf "$tar.part" .
  mv "$tar.part" "$tar"
  rm -rf --one-file-system "$folder"
}

clean_root_make() {
  local tar=$1 folder=$2
  mkdir "$folder"
  tar -C "$folder" --numeric-owner -xpf "$tar"
  cp /etc/resolv.conf "$folder/etc/resolv.conf"
  # Packages must not start services: no init runs here.
  printf '#!/bin/sh\nexit 101\n' >"$folder/usr/sbin/policy-rc.d"
  chmod 755 "$folder/usr/sbin/policy-rc.d"
}

clean_root_run() {
  local folder=$1 user=root binds=() own=() into=()
  shift
  while :; do
    case $1 in
      -b) binds+=("$2"); shift 2 ;;
      -u) user=$2; shift 2 ;;
      -n) own=(--net); shift ;;
      -N) into=(nsenter --net="$2"); shift 2 ;;
      *) break ;;
    esac
  done
  local home=/root
  [ "$user" = root ] || home=/home/$user
  # shellcheck disable=SC2016
  # In the background, so that a signal to the test is heeded at once.
  "${into[@]}" unshare --mount --pid "${own[@]}" --fork --kill-child --propagation private bash -euc '
    root=$1 user=$2 home=$3 own=$4 count=$5
    shift 5
    [ -z "$own" ] || ip link set lo up
    mount -t proc proc "$root/proc"
    mount --rbind /dev "$root/dev"
    mount -t tmpfs tmpfs "$root/dev/shm"
    for _ in $(seq "$count"); do
      mkdir -p "$root/${1#*:}"
      mount --bind "${1%%:*}" "$root/${1#*:}"
      shift
    done
    exec env -i PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin \
      HOME="$home" USER="$user" LANG=C.UTF-8 TERM=dumb \
      chroot --userspec="$user" "$root" "$@"
  ' clean_root "$folder" "$user" "$home" "${own[*]}" "${#binds[@]}" "${binds[@]}" "$@" <&0 &
  clean_root_running=$!
  local status=0
  wait "$clean_root_running" || status=$?
  clean_root_running=
  return "$status"
}

clean_root_running=
clean_root_remove() {
  # unshare heeds no other signal; the kernel ends what it started with it.
  if [ -n "$clean_root_running" ] && kill -KILL "$clean_root_running"; then
    wait "$clean_root_running" || true
  fi
  rm -rf --one-file-system "$1"
}
