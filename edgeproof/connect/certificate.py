"""For which names the API server's certificate is made."""

from __future__ import annotations

import base64
import binascii
import socket
import ssl
from urllib.parse import urlsplit

from edgeproof import limits
from edgeproof.connect.kubeconfig import Kubeconfig

NAME_CODES = (62, 64)
"""OpenSSL's codes for a certificate of another name, or of another address (x509_vfy.h)."""


def names_of(kubeconfig: Kubeconfig) -> tuple[str, ...]:
    """Give the names and addresses in the certificate that the server shows, signed by the kubeconfig's authority.

    Nothing where it does not show it again.
    """
    url = urlsplit(kubeconfig.server)
    try:
        context = _context(kubeconfig)
        with (
            socket.create_connection((url.hostname, url.port or 443), timeout=limits.API_CALL_S) as connection,
            context.wrap_socket(connection) as shown,
        ):
            certificate = shown.getpeercert() or {}
    except (OSError, ValueError):
        return ()
    return tuple(str(entry[1]) for entry in certificate.get("subjectAltName", ()))


def _context(kubeconfig: Kubeconfig) -> ssl.SSLContext:
    """Trust the kubeconfig's authority alone, whatever the name."""
    encoded = kubeconfig.cluster.get("certificate-authority-data")
    try:
        data = base64.b64decode(str(encoded)).decode("ascii") if encoded else None
    except binascii.Error:
        data = None
    file = kubeconfig.cluster.get("certificate-authority")
    context = ssl.create_default_context(cafile=str(file) if file and not data else None, cadata=data)
    context.check_hostname = False
    context.verify_flags &= ~ssl.VERIFY_X509_STRICT
    return context
