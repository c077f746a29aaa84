# Images and containers for the tests of this folder, by podman, with a store of their own.
# Sourced; needs root.
#
#   containers_open SCRATCH STORE         SCRATCH is a new folder, STORE keeps layers
#   containers_base BASE                  prints the image to build on: BASE, or one that it makes
#   containers_build BASE CCACHE STAGE... builds brainalign-STAGE; BASE and CCACHE may be
#                                         empty, see container
#   engine ARGUMENT...                    podman
#   free_port                             a port that nobody listens on
#   containers_close                      removes the containers and volumes named $name...
#
# shellcheck shell=bash

containers_open() {
  scripts/setup container
  # The same settings wherever it runs: no systemd, control groups of either version.
  cat >"$1/containers.conf" <<CONF
[containers]
default_ulimits = ["nofile=20000:20000", "nproc=30000:30000"]
[engine]
runtime = "runc"
cgroup_manager = "cgroupfs"
events_logger = "file"
[network]
network_backend = "netavark"
CONF
  export CONTAINERS_CONF=$1/containers.conf
  containers_scratch=$1
  containers_store=$2
  # podman holds a store to the folder it first ran with; sockets in it need a short path.
  containers_run=/run/brainalign-test-$(cksum <<<"$2" | cut -d ' ' -f 1)
  name=brainalign-test-$$
  mkdir -p "$containers_store"
}

engine() { podman --root "$containers_store" --runroot "$containers_run" "$@"; }

containers_base() {
  # A stand-in for the official image where no registry of images can be reached.
  local base=${1:-localhost/brainalign-base:bookworm}
  if [ -z "$1" ] && ! engine image exists "$base"; then
    clean_root_image "$PWD/build/deploy/bookworm.tar" >&2
    # Without what the official slim image goes without.
    mkdir "$containers_scratch/base"
    tar -C "$containers_scratch/base" --numeric-owner -xpf "$PWD/build/deploy/bookworm.tar" \
      --exclude='./usr/share/locale/*' --exclude='./usr/share/doc/*' --exclude='./usr/share/man/*' \
      --exclude='./usr/share/info/*'
    tar -C "$containers_scratch/base" --numeric-owner -c . |
      engine import --change 'CMD ["bash"]' - "$base" >/dev/null
    rm -rf "$containers_scratch/base"
  fi
  echo "$base"
}

containers_build() {
  local base ccache=$2 stage given=()
  base=$(containers_base "$1")
  shift 2
  [ -z "$ccache" ] || given=(--volume "$ccache:/ccache" --build-arg CCACHE_DIR=/ccache)
  for stage in "$@"; do
    engine build --layers --network=host --format docker --build-arg "BASE=$base" "${given[@]}" \
      --file deploy/docker/Dockerfile --target "$stage" --tag "brainalign-$stage" . \
      >"$containers_scratch/$stage.log" 2>&1 ||
      { tail -n 40 "$containers_scratch/$stage.log" >&2; return 1; }
  done
}

free_port() {
  python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'
}

containers_close() {
  local left
  for left in $(engine ps --all --quiet --filter "name=$name"); do
    engine rm --force --time 5 "$left" >/dev/null || true
  done
  for left in $(engine volume ls --quiet --filter "name=$name"); do
    engine volume rm --force "$left" >/dev/null || true
  done
}
