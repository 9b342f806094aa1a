# SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
# What pages are put together with: sourced by the scripts that do.

# Base64 of 32 bytes by the shell alone: two digits of hex at a time.
hash_of() {
	bytes=$(sha256sum "$1" | cut -c 1-64 | sed 's/../0x& /g')
	escapes=
	for byte in $bytes; do
		escapes=$escapes$(printf '\\%03o' "$byte")
	done
	# shellcheck disable=SC2059 # the format is the bytes
	printf "$escapes" | base64
}

array() { # NAME FILE
	printf 'const unsigned char %s[] = {' "$1"
	od -An -v -tu1 "$2" | sed 's/  *\([0-9][0-9]*\)/\1,/g'
	printf '0};\nconst size_t %s_len = %s;\n' "$1" "$(($(wc -c <"$2")))"
}
