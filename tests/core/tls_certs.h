/* Makes the certificates that tests/core/tls.c needs, by openssl(1), in the
 * folder $1. Each NAME.pem holds a certificate and its key. */
#ifndef TESTS_TLS_CERTS_H
#define TESTS_TLS_CERTS_H

static const char tls_certs_sh[] =
    "set -e; cd \"$1\"\n"
    "key() { openssl genpkey -algorithm EC -pkeyopt"
    " ec_paramgen_curve:P-256 -out $1.key; }\n"
    "leaf() {\n" /* NAME SUBJECT SAN [EKU] */
    "  [ -f $1.key ] || key $1\n"
    "  openssl req -new -key $1.key -subj \"$2\" -out $1.csr\n"
    "  printf 'basicConstraints=CA:FALSE\\nextendedKeyUsage=%s\\n%s\\n'"
    " \"${4:-serverAuth}\" \"$3\" >$1.ext\n"
    "  openssl x509 -req -in $1.csr -CA ca.pem -CAkey ca.key"
    " -CAcreateserial -days 3650 -extfile $1.ext -out $1.crt\n"
    "  cat $1.crt $1.key >$1.pem\n"
    "}\n"
    "key ca\n"
    "openssl req -x509 -new -key ca.key -days 3650 -subj /CN=Test-CA"
    " -addext basicConstraints=critical,CA:TRUE"
    " -addext keyUsage=critical,keyCertSign -out ca.pem\n"
    "leaf good /CN=localhost"
    " subjectAltName=DNS:localhost,IP:127.0.0.1,IP:::1\n"
    "cat good.crt ca.pem good.key >chain.pem\n"
    "leaf wronghost /CN=mx subjectAltName=DNS:mx.evil.example\n"
    "leaf wild /CN=x subjectAltName=DNS:*.example.org,DNS:m*.example.com\n"
    "leaf cnonly /CN=localhost ''\n"
    "leaf cnbutsan /CN=localhost subjectAltName=DNS:other.example\n"
    "leaf star /CN=x 'subjectAltName=DNS:*'\n"
    "leaf client /CN=localhost subjectAltName=DNS:localhost clientAuth\n"
    "leaf ipasdns /CN=127.0.0.1 subjectAltName=DNS:127.0.0.1\n"
    "leaf escape \"/O=$(printf '\\033]0;owned\\007')/CN=x\""
    " subjectAltName=DNS:localhost\n"
    /* "localhost", NUL, ".evil.example" as one dNSName */
    "leaf nul /CN=x subjectAltName=DER:30:19:82:17:6c:6f:63:61:6c:68:6f:73:"
    "74:00:2e:65:76:69:6c:2e:65:78:61:6d:70:6c:65\n"
    "openssl genrsa -out weak.key 1024\n"
    "leaf weak /CN=localhost subjectAltName=DNS:localhost\n"
    "openssl pkey -in good.key -aes128 -passout pass:x -out secret.key\n"
    "openssl req -x509 -new -key good.key -days 3650 -subj /CN=self"
    " -addext subjectAltName=DNS:localhost -out self.crt\n"
    "cat self.crt good.key >self.pem\n"
    ": >idx; echo 01 >serial; echo subjectAltName=DNS:localhost >late.ext\n"
    "printf '[ca]\\ndefault_ca=d\\n[d]\\ndatabase=idx\\nserial=serial\\n"
    "new_certs_dir=.\\ndefault_md=sha256\\npolicy=p\\n[p]\\n"
    "commonName=supplied\\n' >late.cnf\n"
    "openssl req -new -key good.key -subj /CN=localhost -out late.csr\n"
    "openssl ca -batch -config late.cnf -cert ca.pem -keyfile ca.key"
    " -startdate 20200101000000Z -enddate 20200201000000Z"
    " -extfile late.ext -in late.csr -out late.crt -notext\n"
    "cat late.crt good.key >expired.pem\n"
    "openssl x509 -in good.pem -noout -pubkey |"
    " openssl pkey -pubin -outform DER |"
    " openssl dgst -sha256 -binary >good.spki\n"
    "openssl x509 -in ca.pem -outform DER |"
    " openssl dgst -sha256 -binary >ca.sha256\n";

#endif
