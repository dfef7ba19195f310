#!/bin/sh
# Installs what edgenn's own programs need on Debian 12, Ubuntu 24.04 or newer; says nothing if all is there.
# Users of the library need none of this.
#
#   sh tools/setup.sh        for the test suite and everything else
#   sh tools/setup.sh demo   only for the demos
#   sh tools/setup.sh import only for edgenn-import
set -eu

importer='libonnx-dev libprotobuf-dev libflatbuffers-dev flatbuffers-compiler'
case ${1-all} in
  demo) packages='ffmpeg' ;;
  import) packages="pkg-config $importer" ;;
  all)
    packages='ffmpeg clang libclang-rt-dev python3 python3-numpy doctest-dev libeigen3-dev pkg-config doxygen git ca-certificates
      gcc-arm-none-eabi libnewlib-arm-none-eabi libstdc++-arm-none-eabi-newlib qemu-system-arm
      g++-aarch64-linux-gnu g++-arm-linux-gnueabihf qemu-user-static qemu-user libonnx-testdata'"
      $importer"
    ;;
  *)
    echo "setup.sh: found argument \"$1\", expected none, demo or import" >&2
    exit 2
    ;;
esac
packages="g++ cmake ninja-build libcli11-dev libstb-dev zlib1g-dev opencv-doc $packages"
data=/usr/share/doc/opencv-doc/examples/data

fail() {
  printf 'setup.sh: %s\n' "$*" >&2
  exit 2
}

# The commands and headers behind the packages that are not on this machine, one a line.
lacking() {
  commands='g++ cmake ninja'
  headers='CLI/CLI.hpp stb/stb_image.h zlib.h'
  if [ "${1-all}" != import ]; then
    commands="$commands ffmpeg"
  fi
  if [ "${1-all}" = all ]; then
    commands="$commands clang++ python3 doxygen git arm-none-eabi-g++ qemu-system-arm
      aarch64-linux-gnu-g++ arm-linux-gnueabihf-g++ qemu-aarch64-static qemu-aarch64"
    headers="$headers doctest/doctest.h"
  fi
  if [ "${1-all}" != demo ]; then
    commands="$commands pkg-config flatc"
    headers="$headers onnx/onnx-ml.pb.h google/protobuf/message.h flatbuffers/flatbuffers.h"
  fi
  for command in $commands; do
    command -v "$command" > /dev/null || echo "$command"
  done
  for header in $headers; do
    echo "#include <$header>" | c++ -E -x c++ - > /dev/null 2>&1 || echo "the header $header"
  done
}

check_cmake() {
  version=$(cmake --version | sed -n 's/^cmake version //p')
  major=${version%%.*}
  minor=${version#*.}
  minor=${minor%%.*}
  [ $((major * 1000 + minor)) -ge 3025 ] ||
    fail "found cmake $version, expected 3.25 or newer: Debian 12, Ubuntu 24.04 or newer have it"
}

if ! command -v dpkg-query > /dev/null || ! command -v apt-get > /dev/null; then
  missing=$(lacking "${1-all}")
  [ -z "$missing" ] ||
    fail "this is neither Debian nor Ubuntu, where it could install what it needs. Please install:
$missing"
  check_cmake
  exit 0
fi

missing=
for package in $packages; do
  status=$(dpkg-query -W -f='${db:Status-Status}' "$package" 2> /dev/null || true)
  [ "$status" = installed ] || missing="$missing $package"
done
# Slim images leave out everything below /usr/share/doc, and with it the digits and the video of the demos.
examples_are_there() {
  [ -f "$data/digits.png" ] && [ -f "$data/vtest.avi" ]
}
examples_are_there || case $missing in *opencv-doc*) ;; *) missing="$missing opencv-doc" ;; esac

if [ -n "$missing" ]; then
  install="apt-get install --yes --no-install-recommends --reinstall
    -o Dpkg::Options::=--path-include=/usr/share/doc/opencv-doc/*$missing"
  set -f  # the * is dpkg's
  # shellcheck disable=SC2086,SC2116
  install=$(echo $install)
  if [ "$(id -u)" -eq 0 ]; then
    as_root='env'
  elif command -v sudo > /dev/null && sudo -n true 2> /dev/null; then
    as_root='sudo -n env'
  else
    fail "it would install$missing, but this is not root. Please run:
  sudo sh $0${1:+ $1}"
  fi
  echo "setup.sh: installing$missing"
  log=$(mktemp)
  trap 'rm -f "$log"' EXIT
  quietly() {
    # shellcheck disable=SC2086
    $as_root DEBIAN_FRONTEND=noninteractive "$@" > "$log" 2>&1 < /dev/null || {
      cat "$log" >&2
      fail "failed: $*"
    }
  }
  quietly apt-get update
  # shellcheck disable=SC2086
  quietly $install
  examples_are_there || fail "opencv-doc is installed but $data/digits.png or vtest.avi is not there"
fi
check_cmake
