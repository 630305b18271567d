#!/usr/bin/env bash
# Makes the vectors of this folder with OpenSSL: signatures of kinds that no library here makes.
set -euo pipefail
cd "$(dirname "$0")"
key=$(mktemp)
text=$(mktemp)
trap 'rm -f "$key" "$text"' EXIT
openssl genrsa -out "$key" 2048 2>/dev/null
openssl rsa -in "$key" -pubout -out key.pem 2>/dev/null
printf 'GET\n/v3/certificates\n1554208460\n593BEC0C930BF1AFEB40B4A08C8FB242\n\n' >"$text"
openssl dgst -sha1 -sign "$key" "$text" | base64 -w0 >sha1.sig
openssl dgst -md5 -sign "$key" "$text" | base64 -w0 >md5.sig
openssl dgst -sha256 -binary "$text" | openssl pkeyutl -sign -inkey "$key" | base64 -w0 >bare.sig
openssl rsautl -sign -inkey "$key" -in "$text" 2>/dev/null | base64 -w0 >raw.sig
openssl dgst -sha256 -sign "$key" -sigopt rsa_padding_mode:pss -sigopt rsa_pss_saltlen:max \
  "$text" | base64 -w0 >pss-long-salt.sig
openssl genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:4096 -out key4096.pem 2>/dev/null
