#!/usr/bin/env bash
# Builds libsrtp out of Debian's source package into target/libsrtp: with its own ciphers, with OpenSSL, and with Debian's BoringSSL where
# that is installed. `cargo run --release -- srtp target/libsrtp/*.so` measures them beside the binary package, whose ciphers are NSS.
# Needs: apt-get install dpkg-dev gcc make libssl-dev pkg-config (android-libboringssl-dev). It changes no list of packages of the machine.
# Without vectors: gcc 12 makes of the SHA-1 of libsrtp's own something that stalls, and nobody should be compared with that.
set -euo pipefail
cd "$(dirname "$0")"
out=$PWD/target/libsrtp
mkdir -p "$out/lists/partial"
cd "$out"
echo 'deb-src http://deb.debian.org/debian bookworm main' >sources.list
options=(-q -o "Dir::Etc::sourcelist=$out/sources.list" -o Dir::Etc::sourceparts=- -o "Dir::State::lists=$out/lists" -o APT::Sandbox::User=root)
apt-get "${options[@]}" update >/dev/null
apt-get "${options[@]}" source --download-only libsrtp2 >/dev/null

build() {
    local name=$1 folder=$out/$1-build
    shift
    rm -rf "$folder"
    mkdir "$folder"
    tar -xzf "$out"/libsrtp2_*.orig.tar.gz -C "$folder" --strip-components=1
    (cd "$folder" && ./configure "$@" CFLAGS="-O3 -fPIC -fno-tree-vectorize ${CFLAGS:-}" && make -j2 shared_library) >"$folder.log" 2>&1 ||
        { tail -n 20 "$folder.log"; return 1; }
    cp -L "$folder"/libsrtp2.so "$out/$name.so"
    echo "$out/$name.so"
}
build own-ciphers
build openssl --enable-openssl
android=/usr/lib/$(gcc -print-multiarch)/android
if [ -e "$android/libcrypto.so" ]; then
    export CFLAGS='-isystem /usr/include/android' LDFLAGS="-L$android -Wl,-rpath,$android" PKG_CONFIG=false
    build boringssl --enable-openssl crypto_LIBS="-L$android -lcrypto" crypto_CFLAGS='-isystem /usr/include/android'
fi
