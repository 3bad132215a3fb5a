#!/usr/bin/env bash
# Debian's headless Chromium for the tests of the dashboard, unpacked, not installed.
#   chromium.sh env      fetches it the first time; prints CDCLAKE_TEST_CHROMIUM, a program that Playwright starts
# Chromium starts its helpers by itself (/proc/self/exe), so it cannot run through another loader: it is taken from the suite of this machine.
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
[ "${1:-}" = env ] || lab_die "unknown: ${1:-}"
S=${CDCLAKE_CHROMIUM_SUITE:-$(. /etc/os-release && printf '%s' "$VERSION_CODENAME")}
R=$(lab_root "chromium-$S" "$S" chromium-headless-shell fonts-dejavu-core fontconfig-config)
W=$LAB/bin/chromium
mkdir -p "$LAB/bin" "$LAB/chromium/fonts"; chmod a+rwX "$LAB/chromium/fonts"
cat > "$LAB/chromium/fonts.conf" <<X
<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd"><fontconfig><dir>$R/usr/share/fonts</dir><cachedir>$LAB/chromium/fonts</cachedir></fontconfig>
X
lib=$(ls -d "$R"/usr/lib/*-linux-gnu); path=$lib:$R/usr/lib
for dir in "$lib"/*/; do ! compgen -G "${dir}lib*.so*" >/dev/null || path=$path:${dir%/}; done
cat > "$W.new" <<X
#!/bin/sh
export LD_LIBRARY_PATH="$path" FONTCONFIG_FILE="$LAB/chromium/fonts.conf"
exec "$R/usr/lib/chromium/chromium-headless-shell" "\$@"
X
chmod +x "$W.new" && mv "$W.new" "$W"
"$W" --version --no-sandbox >/dev/null || lab_die "Chromium does not run on this machine"
printf 'CDCLAKE_TEST_CHROMIUM=%s\n' "$W"
